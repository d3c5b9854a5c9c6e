import type { SubmitEvent } from 'react';
import { useMay } from '../../api/access';
import { EventTypesField } from '../event-types-field';
import { SaveBar } from '../save-bar';
import type { TabProps } from '../tab-props';
import { UnsavedGuard } from '../unsaved-guard';
import { useEdited } from '../../lib/use-edited';
import { faultAt, useSaving } from '../use-saving';

/** Which events it gets. */
export default function TypesTab({ subscription: { id, event_types } }: TabProps) {
  const mayWrite = useMay('subscriptions:write');
  const form = useEdited({ event_types });
  const saving = useSaving(id);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (form.isDirty) saving.save(form.value, () => form.settle(form.value));
  };
  return (
    <>
      <form onSubmit={submit} className="flex max-w-3xl flex-col gap-4">
        <p className="text-muted-foreground">
          It gets each event whose type is one of these, or matches one. Events that were published before a change are
          not sent again by it.
        </p>
        <EventTypesField
          types={form.value.event_types}
          onChange={(types) => form.change({ event_types: types })}
          fault={faultAt(saving.faults, '/event_types')}
          isReadOnly={!mayWrite}
        />
        {mayWrite && <SaveBar isDirty={form.isDirty} saving={saving} shown={['/event_types']} onDiscard={form.reset} />}
      </form>
      <UnsavedGuard isDirty={form.isDirty} />
    </>
  );
}
