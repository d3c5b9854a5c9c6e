import type { SubmitEvent } from 'react';
import { useMay } from '../../api/access';
import { Section } from '../../components/section';
import { Field, Input, TextArea } from '../../components/ui/field';
import { SaveBar } from '../save-bar';
import { metadataOf, type SendingDraft, sendingDraftOf, sendingPatchOf } from '../sending-draft';
import type { TabProps } from '../tab-props';
import { UnsavedGuard } from '../unsaved-guard';
import { type Edited, useEdited } from '../../lib/use-edited';
import { faultAt, useSaving } from '../use-saving';
import { AuthFields } from './auth-fields';
import { HeaderFields } from './header-fields';
import { RetryFields } from './retry-fields';

const SHOWN = ['/description', '/target_url', '/retry', '/timeout', '/max_in_flight', '/headers', '/auth', '/metadata'];

export interface SendingFormProps {
  readonly form: Edited<SendingDraft>;
  readonly faults: Readonly<Record<string, string>>;
}

/** Where and how it sends: target, retries, limits, headers and credentials. */
export default function SendingTab({ subscription }: TabProps) {
  const mayWrite = useMay('subscriptions:write');
  const stored = sendingDraftOf(subscription);
  const form = useEdited(stored);
  const saving = useSaving(subscription.id);
  const { faults } = saving;
  const isJson = metadataOf(form.value.metadata) !== null;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (form.isDirty && isJson) saving.save(sendingPatchOf(form.value, stored), () => form.settle(form.value));
  };
  return (
    <>
      <form onSubmit={submit} className="max-w-3xl">
        <fieldset disabled={!mayWrite} className="flex min-w-0 flex-col gap-8">
          <legend className="sr-only">How it sends</legend>
          <WhereFields form={form} faults={faults} />
          <RetryFields form={form} faults={faults} />
          <HeaderFields form={form} faults={faults} />
          <AuthFields form={form} faults={faults} hasStored={subscription.auth} />
          <Section title="Metadata">
            <Field
              label="Data of yours, as JSON"
              help="Nothing of it is sent to the receiver"
              fault={isJson ? faultAt(faults, '/metadata') : 'This is no JSON object'}
            >
              {(control) => (
                <TextArea
                  {...control}
                  rows={4}
                  placeholder='{"customer": "c_42"}'
                  value={form.value.metadata}
                  onChange={({ target }) => form.change({ metadata: target.value })}
                />
              )}
            </Field>
          </Section>
          {mayWrite && (
            <SaveBar
              isDirty={form.isDirty}
              saving={saving}
              shown={SHOWN}
              onDiscard={form.reset}
              hindrance={isJson ? null : 'The metadata is no JSON object.'}
            />
          )}
        </fieldset>
      </form>
      <UnsavedGuard isDirty={form.isDirty} />
    </>
  );
}

function WhereFields({ form, faults }: SendingFormProps) {
  return (
    <Section title="Where">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Target URL" fault={faultAt(faults, '/target_url')} className="sm:col-span-2">
          {(control) => (
            <Input
              {...control}
              type="url"
              required
              className="font-mono"
              value={form.value.target_url}
              onChange={({ target }) => form.change({ target_url: target.value })}
            />
          )}
        </Field>
        <Field label="Name" help="Shown in lists in place of the URL" fault={faultAt(faults, '/description')}>
          {(control) => (
            <Input
              {...control}
              value={form.value.description}
              onChange={({ target }) => form.change({ description: target.value })}
            />
          )}
        </Field>
      </div>
    </Section>
  );
}
