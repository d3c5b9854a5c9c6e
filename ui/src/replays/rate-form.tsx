import { type SubmitEvent, useState } from 'react';
import { faultsOf } from '../api/failure';
import { Button } from '../components/ui/button';
import { Field, Input } from '../components/ui/field';
import { takeFocus } from '../lib/focus';

interface RateFormProps {
  /** Deliveries per second. */
  readonly rate: number;
  readonly onSave: (rate: number) => Promise<void>;
  readonly onDone: () => void;
}

/** Changes the rate of a replay. What was typed stays when it is refused. */
export function RateForm({ rate, onSave, onDone }: RateFormProps) {
  const [typed, setTyped] = useState(String(rate));
  const [fault, setFault] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const save = async (): Promise<void> => {
    setIsSaving(true);
    try {
      await onSave(Number(typed));
      onDone();
    } catch (error) {
      setFault(faultsOf(error)['/rate'] ?? (error instanceof Error ? error.message : 'That did not work.'));
      setIsSaving(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void save();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 p-3">
      <Field label="Deliveries a second" help="At most. The receiver's other deliveries come first." fault={fault}>
        {(control) => (
          <Input
            {...control}
            ref={takeFocus}
            type="number"
            min="0.01"
            step="any"
            required
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
      </Field>
      <Button type="submit" variant="primary" size="sm" className="justify-center" disabled={isSaving}>
        Save
      </Button>
    </form>
  );
}
