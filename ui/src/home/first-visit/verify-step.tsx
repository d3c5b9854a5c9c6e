import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import type { DeliveryAnswer } from '../../api/generated';
import { deliveryQuery, payloadQuery } from '../../api/queries';
import { Button } from '../../components/ui/button';
import { textOf } from '../../lib/curl';
import { handOver } from '../../verify/verify-state';
import { noteProgress } from './progress';
import { Refusal } from './refusal';

/** Takes the request, as it was sent, to the tool that checks its signature. */
export function VerifyStep({ delivery: { id, event_id: eventId } }: { readonly delivery: DeliveryAnswer }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>(null);
  const open = async (): Promise<void> => {
    setError(null);
    try {
      const [{ attempts }, payload] = await Promise.all([
        queryClient.query(deliveryQuery(id)),
        queryClient.query(payloadQuery(eventId)),
      ]);
      const sent = attempts.findLast(({ request_headers: headers }) => headers !== null)?.request_headers ?? [];
      const headers = sent.map(({ name, value }) => `${name}: ${value}`).join('\n');
      noteProgress({ isVerified: true });
      void navigate({ to: '/verify', state: handOver({ headers, body: textOf(payload) ?? '' }) });
    } catch (refusal) {
      setError(refusal);
    }
  };
  return (
    <div className="flex flex-col items-start gap-4">
      <p className="max-w-2xl text-muted-foreground">
        A receiver checks the signature before it believes a request. The verify tool does so step by step, in this
        browser alone. The subscription has the secret.
      </p>
      <Button onClick={() => void open()}>
        <ShieldCheck aria-hidden /> Verify this request
      </Button>
      <Refusal error={error} />
    </div>
  );
}
