import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, Clock, Send } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { useMay } from '../api/access';
import { answerOf, faultsOf } from '../api/failure';
import { type TestEventInput, testSubscription } from '../api/generated';
import { deliveryQuery } from '../api/queries';
import { Section } from '../components/section';
import { Button } from '../components/ui/button';
import { Field, Input, TextArea } from '../components/ui/field';
import type { SubscriptionAnswer } from './subscription-answer';
import { type TestAnswer, testWords, warningWords } from './test-words';

interface TestEventProps {
  readonly subscription: Pick<SubscriptionAnswer, 'id' | 'event_types' | 'state'>;
}

/** Publishes an event to this subscription alone, and shows what its receiver answered. */
export function TestEvent({ subscription: { id, event_types: types, state } }: TestEventProps) {
  const [type, setType] = useState('');
  const [payload, setPayload] = useState('');
  const queryClient = useQueryClient();
  const mutationKey = ['test', id];
  const test = useMutation({
    mutationKey,
    mutationFn: () => answerOf(testSubscription({ path: { id }, ...bodyOf(type.trim(), payload.trim()) })),
  });
  const faults = faultsOf(test.error);
  const hasShownFault = '/event_type' in faults || '/payload' in faults;
  const isJson = isJsonText(payload);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    // The button is disabled a moment after the click only.
    if (isJson && queryClient.isMutating({ mutationKey }) === 0) test.mutate();
  };
  return (
    <Section title="Test event">
      <p className="text-muted-foreground">
        An event like any other, to this subscription alone: it is signed, retried and kept in the history.
      </p>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TypeField types={types} value={type} onChange={setType} fault={faults['/event_type']} />
        <Field
          label="Payload"
          help="JSON, delivered as it is typed. Empty: an example"
          fault={isJson ? faults['/payload'] : 'This is no JSON'}
        >
          {(control) => (
            <TextArea
              {...control}
              rows={4}
              placeholder='{"order": 42}'
              value={payload}
              onChange={({ target }) => setPayload(target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" disabled={test.isPending || state === 'disabled'}>
            <Send aria-hidden /> {test.isPending ? 'Waiting for the answer…' : 'Send a test'}
          </Button>
          {state === 'disabled' && (
            <span className="text-muted-foreground">It is disabled, so it takes no events. The check works.</span>
          )}
        </div>
      </form>
      <div role="status" className="empty:hidden">
        {test.data !== undefined && <TestOutcome answer={test.data} />}
        {test.error !== null && !hasShownFault && <p className="text-destructive">{test.error.message}</p>}
      </div>
    </Section>
  );
}

interface TypeFieldProps {
  readonly types: readonly string[];
  readonly value: string;
  readonly onChange: (type: string) => void;
  readonly fault: string | undefined;
}

/** Offers the plain types that the subscription wants. */
function TypeField({ types, value, onChange, fault }: TypeFieldProps) {
  const listId = useId();
  return (
    <>
      <Field label="Event type" help="Empty: webhook.test" fault={fault} className="max-w-sm">
        {(control) => (
          <Input
            {...control}
            list={listId}
            className="font-mono"
            placeholder="webhook.test"
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        )}
      </Field>
      <datalist id={listId}>
        {types
          .filter((each) => !each.includes('*'))
          .map((each) => (
            <option key={each} value={each} />
          ))}
      </datalist>
    </>
  );
}

/** The payload goes as it was typed: parsing and writing it again would change numbers. */
function bodyOf(type: string, payload: string): Pick<Parameters<typeof testSubscription>[0], 'body'> {
  if (type === '' && payload === '') return {};
  const fields = [
    ...(type === '' ? [] : [`"event_type":${JSON.stringify(type)}`]),
    ...(payload === '' ? [] : [`"payload":${payload}`]),
  ];
  const text = `{${fields.join(',')}}`;
  const raw = { body: text as TestEventInput, bodySerializer: (body: unknown) => body };
  return raw;
}

function isJsonText(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function TestOutcome({ answer }: { readonly answer: TestAnswer }) {
  const mayRead = useMay('deliveries:read');
  const delivery = useQuery({ ...deliveryQuery(answer.task_id), enabled: mayRead });
  const attempt = 'attempt' in answer ? answer.attempt : null;
  const body = attempt?.response_body ?? '';
  return (
    <div className="flex flex-col gap-3 rounded-lg border border-border bg-card p-4">
      <p className="flex items-start gap-2 text-base font-medium">
        <OutcomeIcon error={attempt === null ? undefined : attempt.error} />
        {testWords(answer)}
      </p>
      {delivery.data !== undefined && attempt !== null && <p>{delivery.data.summary}</p>}
      {answer.warnings?.map((warning) => (
        <p key={warning.code} className="text-warning">
          {warningWords(warning)}
        </p>
      ))}
      {body !== '' && (
        <pre
          tabIndex={0}
          aria-label="Response"
          className="max-h-48 overflow-auto rounded-md border border-border bg-background px-3 py-2 break-all whitespace-pre-wrap"
        >
          {body}
        </pre>
      )}
      {mayRead && (
        <Link
          to="/deliveries/$deliveryId"
          params={{ deliveryId: answer.task_id }}
          className="self-start text-brand underline underline-offset-2"
        >
          Open the delivery
        </Link>
      )}
    </div>
  );
}

/** @param error undefined if there was no attempt yet, null after a 2xx */
function OutcomeIcon({ error }: { readonly error: object | null | undefined }) {
  if (error === undefined) return <Clock aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />;
  return error === null ? (
    <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
  ) : (
    <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-destructive" />
  );
}
