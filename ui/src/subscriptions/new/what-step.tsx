import { ArrowLeft, ArrowRight } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/ui/button';
import { EventTypesField } from '../event-types-field';
import { faultAt } from '../use-saving';
import { type NewDraft, stepOfFaults } from './new-draft';

interface WhatStepProps {
  readonly draft: NewDraft;
  readonly faults: Readonly<Record<string, string>>;
  readonly error: Error | null;
  readonly isMade: boolean;
  readonly isSaving: boolean;
  readonly onChange: (part: Partial<NewDraft>) => void;
  readonly onBack: () => void;
  readonly onSave: () => void;
}

/** Which events it gets. Going on makes it. */
export function WhatStep({ draft, faults, error, isMade, isSaving, onChange, onBack, onSave }: WhatStepProps) {
  const [isMissing, setIsMissing] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const isEmpty = draft.event_types.length === 0;
    setIsMissing(isEmpty);
    if (!isEmpty) onSave();
  };
  const isMissed = isMissing && draft.event_types.length === 0;
  const isElsewhere = error !== null && stepOfFaults(faults) === null;
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      <EventTypesField
        types={draft.event_types}
        onChange={(types) => onChange({ event_types: types })}
        fault={isMissed ? 'Add at least one event type, or * for every one' : faultAt(faults, '/event_types')}
      />
      {isElsewhere && (
        <p role="alert" className="text-destructive">
          {error.message} Nothing is lost; try again.
        </p>
      )}
      <div className="flex justify-between gap-2">
        <Button onClick={onBack} className="h-10 px-4">
          <ArrowLeft aria-hidden /> Back
        </Button>
        <Button type="submit" variant="primary" disabled={isSaving} className="h-10 px-4">
          {isSaving ? 'Saving…' : isMade ? 'Save and check' : 'Create and check'} <ArrowRight aria-hidden />
        </Button>
      </div>
    </form>
  );
}
