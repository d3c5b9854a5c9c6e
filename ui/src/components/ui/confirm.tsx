import { type ReactNode, useState } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { Field, Input } from './field';

interface ConfirmProps {
  readonly open: boolean;
  readonly title: string;
  /** What will happen, and what will not. */
  readonly children: ReactNode;
  /** The verb on the button: `Delete the key`. */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** What must be typed first, where a slip would be expensive. */
  readonly typed?: string;
  /** Closes when it resolves, and shows why when it rejects. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ open, onClose, ...question }: ConfirmProps) {
  return (
    <Dialog open={open} onClose={onClose} title={question.title} className="max-w-md">
      <Question {...question} onClose={onClose} />
    </Dialog>
  );
}

function Question({ title, children, action, isDangerous, typed, onConfirm, onClose }: Omit<ConfirmProps, 'open'>) {
  const [given, setGiven] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isActing, setIsActing] = useState(false);
  const confirm = async (): Promise<void> => {
    setIsActing(true);
    setRefusal(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : 'That did not work.');
      setIsActing(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-4 overflow-y-auto p-6"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <h2 aria-hidden className="text-base font-semibold">
        {title}
      </h2>
      <div className="flex flex-col gap-2 text-muted-foreground">{children}</div>
      {typed !== undefined && (
        <Field label={`Type ${typed} to go on`}>
          {(control) => <Input {...control} value={given} onChange={({ target }) => setGiven(target.value)} />}
        </Field>
      )}
      {refusal !== null && (
        <p role="alert" className="text-destructive">
          {refusal}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep everything as it is</Button>
        <Button
          type="submit"
          variant={isDangerous === true ? 'danger' : 'primary'}
          disabled={isActing || (typed !== undefined && given.trim() !== typed)}
        >
          {action}
        </Button>
      </div>
    </form>
  );
}
