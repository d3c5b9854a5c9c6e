import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { answerOf } from '../../api/failure';
import { type DeliveryAnswer, type ListedSubscriptionAnswer, publishToAll } from '../../api/generated';
import { KEYS } from '../../api/queries';
import { Copyable } from '../../components/copyable';
import { Button } from '../../components/ui/button';
import { Field, TextArea } from '../../components/ui/field';
import { noteProgress } from './progress';
import { Refusal } from './refusal';
import { SAMPLE_PAYLOAD, typeFor } from './samples';

interface PublishStepProps {
  readonly subscription: ListedSubscriptionAnswer;
  readonly delivery: DeliveryAnswer | null;
}

export function PublishStep({ subscription, delivery }: PublishStepProps) {
  if (delivery === null) return <PublishForm type={typeFor(subscription.event_types)} />;
  return (
    <p className="flex min-w-0 flex-wrap items-baseline gap-x-1.5 text-muted-foreground">
      <code className="text-foreground">{delivery.event_type}</code> is{' '}
      <Copyable text={delivery.event_id} what="event id" />
    </p>
  );
}

/**
 * Publishes a payload as it was typed.
 *
 * @returns the id of the event
 * @throws Refused, Unreachable, or an Error if nobody wants the type
 */
export async function publishText(type: string, text: string): Promise<string> {
  const answer = await answerOf(publishToAll({ path: { event_type: type }, body: text, bodySerializer: null }));
  if (answer.deliveries === 0) throw new Error(answer.warnings?.[0]?.detail ?? `No subscription wants ${type}.`);
  return answer.event_id;
}

function PublishForm({ type }: { readonly type: string }) {
  const queryClient = useQueryClient();
  const [payload, setPayload] = useState(SAMPLE_PAYLOAD);
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setIsAsking] = useState(false);
  const publish = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsAsking(true);
    setError(null);
    try {
      noteProgress({ eventId: await publishText(type, payload) });
      await queryClient.invalidateQueries({ queryKey: KEYS.deliveries });
    } catch (refusal) {
      setError(refusal);
    }
    setIsAsking(false);
  };
  return (
    <form onSubmit={(event) => void publish(event)} className="flex max-w-2xl flex-col gap-4">
      <p className="text-muted-foreground">
        Your application does this once for each event, and every subscription that wants <code>{type}</code> gets it,
        signed and byte for byte.
      </p>
      <Field label="Payload">
        {(control) => (
          <TextArea {...control} rows={4} value={payload} onChange={({ target }) => setPayload(target.value)} />
        )}
      </Field>
      <Refusal error={error} />
      <Button type="submit" variant="primary" disabled={isAsking} className="self-start">
        Publish {type}
      </Button>
    </form>
  );
}
