import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Refused } from '../api/failure';
import type { ReplayMatchAnswer, ReplayPreviewAnswer } from '../api/generated';
import { Copyable } from '../components/copyable';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Skeleton } from '../components/states';
import { type DeliveryStatus, Status } from '../components/status';
import { Age } from '../components/time';
import { Button, buttonClass } from '../components/ui/button';
import { SubscriptionName } from '../deliveries/subscription-name';
import { cx } from '../lib/cx';
import { counted, exactCount, rateOf } from '../lib/numbers';
import { spanOf } from '../lib/times';
import type { ReplayPreview } from './use-preview';

const Confirm = lazy(() => import('../components/ui/confirm').then(({ Confirm: loaded }) => ({ default: loaded })));

/** Above this, the number must be typed. */
const MANY = 1000;

interface PreviewProps {
  readonly preview: ReplayPreview;
  /** Whether something of the form must be decided before it can be counted. */
  readonly isBlocked: boolean;
  readonly onMake: () => Promise<void>;
}

/** What would be sent, or why that is not known. */
export function Preview({ preview, isBlocked, onMake }: PreviewProps) {
  const { answer, error, isCounting, again } = preview;
  const isThere = isCounting || answer !== undefined || error !== null;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On phones, the button that counts is a page away.
    if (answer !== undefined) element.current?.scrollIntoView({ block: 'nearest' });
  }, [answer]);
  return (
    <div ref={element} className={cx('lg:-mt-1.5', isThere && 'max-lg:order-first')}>
      <Section title="What it would send">
        {isCounting ? (
          <Skeleton lines={6} />
        ) : answer !== undefined ? (
          <Found answer={answer} onMake={onMake} />
        ) : error !== null ? (
          <NotCounted error={error} subscriptionId={preview.subscriptionId} onRetry={again} />
        ) : (
          <p className="text-muted-foreground">
            {isBlocked
              ? 'Decide about the notes in the form first. Then it can be counted.'
              : 'Count it first: you see how many deliveries there would be and the first ten, and nothing is sent.'}
          </p>
        )}
      </Section>
    </div>
  );
}

function Found({ answer, onMake }: { readonly answer: ReplayPreviewAnswer; readonly onMake: () => Promise<void> }) {
  const { matched, rate, least_seconds: leastSeconds, first } = answer;
  const [isAsking, setIsAsking] = useState(false);
  if (matched === 0) return <NothingFound />;
  const deliveries = counted(matched, 'delivery', 'deliveries');
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <p role="status" className="text-xl font-semibold">
          {deliveries}
        </p>
        <p className="text-muted-foreground">
          Oldest event first, each once. At up to {rateOf(rate)}, this takes {spanOf(leastSeconds)} or longer.
        </p>
      </div>
      <Button variant="primary" className="self-start" onClick={() => setIsAsking(true)}>
        Send {deliveries} again
      </Button>
      <div className="flex flex-col gap-1">
        <h3 className="text-xs text-muted-foreground">
          {first.length < matched ? `The first ${exactCount(first.length)}` : 'All of them'}
        </h3>
        <Listing label="The first matches" columns={COLUMNS} rows={first} keyOf={keyOf} />
      </div>
      {isAsking && (
        <Suspense>
          <Confirm
            open
            title={`Send ${deliveries} again?`}
            action="Send them"
            typed={matched > MANY ? String(matched) : undefined}
            onConfirm={onMake}
            onClose={() => setIsAsking(false)}
          >
            <p>
              They go out at up to {rateOf(rate)}, after whatever else waits for the receiver. You can pause and cancel;
              what was sent by then stays sent.
            </p>
          </Confirm>
        </Suspense>
      )}
    </div>
  );
}

const COLUMNS: readonly Column<ReplayMatchAnswer>[] = [
  { header: 'Event type', cell: (match) => <Type match={match} /> },
  {
    header: 'Subscription',
    cell: ({ subscription_id: id }) => <SubscriptionName id={id} targetUrl={id} />,
  },
  { header: 'So far', className: 'w-32', cell: ({ status }) => <SoFar status={status} /> },
  {
    header: 'Age',
    isNumber: true,
    className: 'w-20',
    cell: ({ accepted_at: at }) => <Age at={at} className="text-muted-foreground" />,
  },
];

function keyOf({ delivery_id: id, event_id: eventId, subscription_id: subscriptionId }: ReplayMatchAnswer): string {
  return id ?? `${eventId} ${subscriptionId}`;
}

function Type({
  match: { delivery_id: id, event_type: type, event_id: eventId },
}: {
  readonly match: ReplayMatchAnswer;
}) {
  if (id === null) return <Copyable text={eventId} what="event id" label={type} className="text-foreground" />;
  return (
    <Link to="/deliveries/$deliveryId" params={{ deliveryId: id }} className="font-mono hover:underline">
      {type}
    </Link>
  );
}

function SoFar({ status }: { readonly status: string | null }) {
  if (status === null) return <span className="text-muted-foreground">No delivery</span>;
  return <Status status={status as DeliveryStatus} />;
}

function NothingFound() {
  return (
    <div role="status" className="flex flex-col gap-1">
      <p className="text-xl font-semibold">Nothing</p>
      <p className="text-muted-foreground">
        Nothing matches, so there is nothing to send. What failed and was delivered since does not count, nor does what
        is still being retried.
      </p>
    </div>
  );
}

interface NotCountedProps {
  readonly error: unknown;
  readonly subscriptionId: string | undefined;
  readonly onRetry: () => void;
}

/** Why it could not be counted, in the words of the service. Faults of a field are there. */
function NotCounted({ error, subscriptionId, onRetry }: NotCountedProps) {
  const problem = error instanceof Refused ? error.problem : null;
  return (
    <div className="flex flex-col items-start gap-3">
      <p role="alert" className="flex gap-2">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-destructive" />
        <span>{error instanceof Error ? error.message : 'That did not work.'}</span>
      </p>
      {problem?.code === 'subscription_disabled' && subscriptionId !== undefined && (
        <Link to={`/subscriptions/${subscriptionId}` as '/subscriptions'} className={buttonClass()}>
          Open the subscription to enable it
        </Link>
      )}
      {problem?.code === 'too_many_replays' && (
        <Link to="/replays" search={{ state: 'running' }} className={buttonClass()}>
          Running replays
        </Link>
      )}
      {problem?.request_id && (
        <p className="flex items-center gap-2 text-xs text-muted-foreground">
          Request <Copyable text={problem.request_id} what="request id" />
        </p>
      )}
      <Button onClick={onRetry}>Count again</Button>
    </div>
  );
}
