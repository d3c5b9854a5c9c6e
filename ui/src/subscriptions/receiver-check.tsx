import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Minus, Stethoscope, TriangleAlert, X } from 'lucide-react';
import { answerOf } from '../api/failure';
import { type CheckAnswer, checkSubscription, type ReceiverCheckAnswer } from '../api/generated';
import { Section } from '../components/section';
import { Badge, type Look } from '../components/status';
import { Age } from '../components/time';
import { Button } from '../components/ui/button';
import { errorWords } from '../deliveries/filters';
import { CheckRequests } from './check-requests';
import { checkKey } from './queries';

const LOOKS: Readonly<Record<CheckAnswer['result'], Look>> = {
  ok: { word: 'Good', icon: Check, colour: 'bg-success-tint text-success' },
  warning: { word: 'Look at it', icon: TriangleAlert, colour: 'bg-warning-tint text-warning' },
  failed: { word: 'Change it', icon: X, colour: 'bg-destructive-tint text-destructive' },
  skipped: { word: 'Not tried', icon: Minus, colour: 'bg-idle-tint text-idle' },
};

const NAMES: Readonly<Record<string, string>> = {
  good_signature: 'Takes what is signed',
  tampered_body: 'Refuses a changed body',
  old_timestamp: 'Refuses an old request',
  same_id_twice: 'Takes the same id again',
  redirects: 'Answers without redirects',
  tls: 'TLS and its certificate',
  latency: 'Answers in time',
  response_size: 'Answers briefly',
};

/** The doctor: seven requests to the receiver, and what they show. */
export function ReceiverCheck({ id }: { readonly id: string }) {
  const queryClient = useQueryClient();
  const { data: found } = useQuery<ReceiverCheckAnswer | null>({
    queryKey: checkKey(id),
    // Never runs: a check sends requests, so it is asked for by a click. What it found is kept while the page is open.
    enabled: false,
    initialData: null,
    queryFn: () => null,
  });
  const mutationKey = checkKey(id);
  const check = useMutation({
    mutationKey,
    mutationFn: () => answerOf(checkSubscription({ path: { id } })),
    onSuccess: (answer) => void queryClient.setQueryData(checkKey(id), answer),
  });
  const start = (): void => {
    // The button is disabled a moment after the click only.
    if (queryClient.isMutating({ mutationKey }) === 0) check.mutate();
  };
  return (
    <Section title="Doctor">
      <p className="text-muted-foreground">
        Sends up to seven requests to the receiver, some of them wrong on purpose, and says what it should do
        differently. Nothing of it enters the history; it takes a minute at most.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button variant={found ? 'outline' : 'primary'} disabled={check.isPending} onClick={start}>
          <Stethoscope aria-hidden />
          {check.isPending ? 'Asking the receiver…' : found ? 'Check again' : 'Check the receiver'}
        </Button>
        {found && !check.isPending && (
          <span className="text-muted-foreground">
            Checked <Age at={found.started_at} /> ago
          </span>
        )}
      </div>
      {check.error !== null && (
        <p role="alert" className="text-destructive">
          {check.error.message}
        </p>
      )}
      <div role="status" className="empty:hidden">
        {found && <Findings found={found} />}
      </div>
    </Section>
  );
}

function Findings({ found: { summary, checks, requests } }: { readonly found: ReceiverCheckAnswer }) {
  return (
    <div className="flex flex-col gap-3">
      <p className="text-base font-medium text-pretty">{summaryWords(summary)}</p>
      <ol className="divide-y divide-border rounded-lg border border-border bg-card">
        {checks.map(({ name, result, sentence }) => (
          <li key={name} className="grid gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[104px_minmax(0,1fr)]">
            <Badge look={LOOKS[result]} className="justify-self-start" />
            <div className="flex min-w-0 flex-col gap-0.5">
              <span className="font-medium">{NAMES[name] ?? errorWords(name)}</span>
              <span className="text-pretty break-words text-muted-foreground">{sentence}</span>
            </div>
          </li>
        ))}
      </ol>
      <CheckRequests requests={requests} />
    </div>
  );
}

/** The service names checks as programs know them: `2 checks failed (tampered_body, old_timestamp)`. */
export function summaryWords(summary: string): string {
  return summary.replace(/\(([a-z_]+(?:, [a-z_]+)*)\)/g, (_, names: string) => {
    const words = names.split(', ').map((name) => NAMES[name] ?? errorWords(name));
    return `(${words.map((each) => (each.startsWith('TLS') ? each : each.charAt(0).toLowerCase() + each.slice(1))).join(', ')})`;
  });
}
