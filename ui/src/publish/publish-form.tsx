import { useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { type KeyboardEvent, type SubmitEvent, useRef, useState } from 'react';
import { useMay } from '../api/access';
import { faultsOf, Refused, Unreachable } from '../api/failure';
import { subscriptionsQuery } from '../api/queries';
import { Copyable } from '../components/copyable';
import { Button } from '../components/ui/button';
import { Field, Input, Select } from '../components/ui/field';
import { Kbd } from '../components/ui/kbd';
import { keyLabel } from '../lib/keys';
import { changeDraft, type Draft } from './draft';
import { jsonFaultOf, PayloadField } from './payload-field';
import { eventTypesQuery } from './queries';
import { send, type Sent } from './send';

interface PublishFormProps {
  readonly draft: Draft;
  readonly onSent: (sent: Sent) => void;
}

/** What is published, and to whom. Nothing that was typed is lost when it is refused. */
export function PublishForm({ draft, onSent }: PublishFormProps) {
  const { submit, error, isSending } = useSending(draft, onSent);
  const faults = faultsOf(error);
  const press = (event: KeyboardEvent): void => {
    // The editor has taken the key already, and has submitted.
    if (event.defaultPrevented || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      aria-label="Publish an event"
      className="flex min-w-0 flex-col gap-4"
      onKeyDown={press}
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        submit();
      }}
    >
      <ShortFields draft={draft} faults={faults} />
      <PayloadField draft={draft} fault={faults[''] ?? faults['/body']} onSubmit={submit} />
      <Failure error={error} />
      <div className="flex items-center gap-3">
        <Button type="submit" variant="primary" disabled={isSending || draft.payload === null}>
          <Send aria-hidden /> Publish
        </Button>
        <span className="max-md:hidden">
          <Kbd keys={keyLabel('Mod+↵')} />
        </span>
      </div>
    </form>
  );
}

function useSending(draft: Draft, onSent: (sent: Sent) => void) {
  const [error, setError] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  // A state is known only after the next rendering, and a second key or click may come before.
  const isUnderWay = useRef(false);
  const maySign = useMay('secrets:read');
  const maySee = useMay('subscriptions:read');
  const { data: subscriptions } = useQuery({ ...subscriptionsQuery, enabled: maySee });
  const isSigned = subscriptions?.data.find(({ id }) => id === draft.to)?.verify_ingest === true;
  const publish = async (): Promise<void> => {
    isUnderWay.current = true;
    setIsSending(true);
    setError(null);
    try {
      onSent(await send(draft, isSigned && maySign));
    } catch (failure) {
      setError(failure);
    }
    isUnderWay.current = false;
    setIsSending(false);
  };
  return {
    error,
    isSending,
    submit: () => {
      // A fault of the JSON is shown where it is.
      if (!isUnderWay.current && draft.payload !== null && jsonFaultOf(draft) === null) void publish();
    },
  };
}

interface ShortFieldsProps {
  readonly draft: Draft;
  /** What the service says is wrong, by the part of the request. */
  readonly faults: Readonly<Record<string, string>>;
}

function ShortFields({ draft, faults }: ShortFieldsProps) {
  return (
    <div className="publish-short">
      <EventTypeField draft={draft} faults={faults} />
      <TargetField to={draft.to} />
      <Field label="Tags" fault={faults['X-Event-Tags']} className="is-tags" help="Up to eight, with commas between">
        {(control) => (
          <Input
            {...control}
            value={draft.tags}
            placeholder="order-1234, customer-9"
            onChange={({ target }) => changeDraft({ tags: target.value })}
          />
        )}
      </Field>
      <Field label="Idempotency key" fault={faults['Idempotency-Key']} help="Within 24 h, published once">
        {(control) => (
          <Input
            {...control}
            value={draft.idempotencyKey}
            placeholder="none"
            onChange={({ target }) => changeDraft({ idempotencyKey: target.value })}
          />
        )}
      </Field>
      <Field label="Content type" fault={faults['Content-Type']} help="Sent along with it">
        {(control) => (
          <Input
            {...control}
            value={draft.contentType}
            onChange={({ target }) => changeDraft({ contentType: target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function EventTypeField({ draft, faults }: ShortFieldsProps) {
  const mayCount = useMay('deliveries:read');
  const { data: types = [] } = useQuery({ ...eventTypesQuery, enabled: mayCount });
  return (
    <Field
      label="Event type"
      fault={faults.event_type ?? faults['X-Event-Type']}
      help="Words with dots between"
      className="is-wide"
    >
      {(control) => (
        <>
          <Input
            {...control}
            required
            list="known-event-types"
            value={draft.eventType}
            onChange={({ target }) => changeDraft({ eventType: target.value })}
            className="font-mono"
          />
          <datalist id="known-event-types">
            {types.map((type) => (
              <option key={type} value={type} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function TargetField({ to }: { readonly to: string }) {
  const maySee = useMay('subscriptions:read');
  const { data: page } = useQuery({ ...subscriptionsQuery, enabled: maySee });
  const subscriptions = page?.data ?? [];
  const isKnown = to === '' || subscriptions.some(({ id }) => id === to);
  if (!maySee && to === '') return null;
  return (
    <Field label="To" help="All of them, or one" className="is-wide">
      {(control) => (
        <Select {...control} value={to} onChange={({ target }) => changeDraft({ to: target.value })}>
          <option value="">All that want the type</option>
          {!isKnown && <option value={to}>{to}</option>}
          {subscriptions.map(({ id, description, target_url: url }) => (
            <option key={id} value={id}>
              {description ?? url}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function Failure({ error }: { readonly error: unknown }) {
  if (error === null) return null;
  const requestId = error instanceof Refused ? error.problem?.request_id : undefined;
  return (
    <div role="alert" className="flex flex-col gap-1 rounded-md bg-destructive-tint px-3 py-2 text-destructive">
      <p className="text-pretty">
        {error instanceof Error ? error.message : 'That did not work.'}
        {error instanceof Unreachable &&
          ' The event may have been published all the same. With an idempotency key, you can publish again without doubt.'}
      </p>
      {requestId !== undefined && (
        <p className="flex items-center gap-2 text-xs">
          Request <Copyable text={requestId} what="request id" className="text-destructive" />
        </p>
      )}
    </div>
  );
}
