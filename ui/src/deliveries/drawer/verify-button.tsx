import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import type { SentHeaderAnswer } from '../../api/generated';
import { payloadQuery } from '../../api/queries';
import { say } from '../../components/toasts';
import { Button } from '../../components/ui/button';
import { textOf } from '../../lib/curl';
import { handOver } from '../../verify/verify-state';

interface VerifyButtonProps {
  readonly eventId: string;
  readonly headers: readonly SentHeaderAnswer[];
}

/** Takes the request of an attempt to the verify tool, and not into the URL: it is long, and not for others. */
export function VerifyButton({ eventId, headers }: VerifyButtonProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const open = async (): Promise<void> => {
    try {
      const body = textOf(await queryClient.query(payloadQuery(eventId)));
      if (body === null) throw new Error('The payload is not text, so the verify tool cannot take it.');
      const lines = headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
      void navigate({ to: '/verify', state: handOver({ headers: lines, body }) });
    } catch (error) {
      say('failed', error instanceof Error ? error.message : 'That did not work.');
    }
  };
  return (
    <div className="flex justify-end border-b border-border bg-background p-1 last:border-b-0">
      <Button variant="ghost" size="sm" onClick={() => void open()} data-hint="Checks the signature step by step">
        <ShieldCheck aria-hidden /> Open in the verify tool
      </Button>
    </div>
  );
}
