import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ReplayAnswer } from '../api/generated';
import { Copyable } from '../components/copyable';
import { Fact, Facts, Section } from '../components/section';
import { Failed, Skeleton } from '../components/states';
import { ExactTime } from '../components/time';
import { buttonClass } from '../components/ui/button';
import { SubscriptionName } from '../deliveries/subscription-name';
import { cx } from '../lib/cx';
import { exactCount, percentOf, rateOf } from '../lib/numbers';
import { spanOf } from '../lib/times';
import { Screen } from '../shell/screen';
import { partsOf, ProgressBar, type ReplayPart } from './progress';
import { replayQuery } from './queries';
import { ReplayActions } from './replay-actions';
import { ReplayState } from './replay-state';
import { filterWords, kindWords } from './replay-words';

/** One replay: how far it is, what came of it, and what can be done. */
export default function ReplayScreen() {
  const { replayId } = useParams({ from: '/replays/$replayId' });
  const { data: replay, error, refetch } = useQuery(replayQuery(replayId));
  return (
    <Screen title="Replay">
      <div className="h-full overflow-y-auto">
        {replay !== undefined ? (
          <Content replay={replay} />
        ) : error !== null ? (
          <Failed error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton lines={8} className="p-6" />
        )}
      </div>
    </Screen>
  );
}

function Content({ replay }: { readonly replay: ReplayAnswer }) {
  return (
    <div className="flex max-w-5xl flex-col gap-8 px-6 pt-4 pb-8 max-md:px-4">
      <div className="flex flex-col gap-4">
        <header className="flex flex-col gap-2">
          <Link to="/replays" className="self-start text-muted-foreground hover:text-foreground">
            All replays
          </Link>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h2 className="text-lg font-semibold">{kindWords(replay)}</h2>
            <ReplayState state={replay.state} />
          </div>
          <p className="text-base text-pretty">{replay.summary}</p>
        </header>
        <ReplayActions replay={replay} />
      </div>
      <ProgressSection replay={replay} />
      <Section title="What it sends">
        <ReplayFacts replay={replay} />
      </Section>
    </div>
  );
}

function ProgressSection({ replay }: { readonly replay: ReplayAnswer }) {
  const { matched, progress } = replay;
  return (
    <Section
      title="Progress"
      aside={<span className="text-muted-foreground">{percentOf(progress)} sent or skipped</span>}
    >
      <ProgressBar replay={replay} />
      <dl className="flex flex-wrap gap-x-8 gap-y-4 pt-1">
        <Figure name="Found">{exactCount(matched)}</Figure>
        {partsOf(replay).map((part) => (
          <PartFigure key={part.name} part={part} replayId={replay.id} />
        ))}
      </dl>
      <p className="text-muted-foreground">{paceWords(replay)}</p>
    </Section>
  );
}

/** Deliveries of which parts can be listed. */
const STATUS_OF: Readonly<Record<string, string>> = {
  Delivered: 'delivered',
  Failed: 'failed',
  Cancelled: 'cancelled',
  'On the way': 'pending,retrying,in_flight',
};

function PartFigure({
  part: { name, count, colour },
  replayId,
}: {
  readonly part: ReplayPart;
  readonly replayId: string;
}) {
  const status = STATUS_OF[name];
  return (
    <Figure name={name} colour={colour}>
      {status === undefined || count === 0 ? (
        <span className={cx(count === 0 && 'text-muted-foreground')}>{exactCount(count)}</span>
      ) : (
        <Link to="/deliveries" search={{ replay_id: replayId, status }} className="hover:text-brand hover:underline">
          {exactCount(count)}
        </Link>
      )}
    </Figure>
  );
}

interface FigureProps {
  readonly name: string;
  readonly colour?: string;
  readonly children: ReactNode;
}

function Figure({ name, colour, children }: FigureProps) {
  return (
    <div className="flex min-w-16 flex-col">
      <dt className="flex items-center gap-1.5 text-2xs text-muted-foreground">
        {colour !== undefined && <i aria-hidden className={cx('size-2 rounded-full', colour)} />}
        {name}
      </dt>
      <dd className="text-lg font-semibold">{children}</dd>
    </div>
  );
}

/** How fast it is, and how long the rest takes at least. */
function paceWords({ state, rate, matched, sent, skipped }: ReplayAnswer): string {
  const pace = `Up to ${rateOf(rate)}`;
  const left = matched - sent - skipped;
  if (left <= 0 || (state !== 'running' && state !== 'paused')) return `${pace}.`;
  return `${pace}: what is not sent yet takes ${spanOf(Math.ceil(left / rate))} or longer.`;
}

function ReplayFacts({ replay }: { readonly replay: ReplayAnswer }) {
  const { filters, id, created_by: keyId, created_at: createdAt, finished_at: finishedAt } = replay;
  const words = filterWords(filters);
  return (
    <>
      <Facts>
        {filters.subscription_id !== undefined && (
          <Fact name="Subscription">
            <SubscriptionName id={filters.subscription_id} targetUrl={filters.subscription_id} />
            <Copyable text={filters.subscription_id} what="subscription id" />
          </Fact>
        )}
        <Fact name="Filters">{words.length === 0 ? 'none' : words.join(' · ')}</Fact>
        <Fact name="Made">
          <ExactTime at={createdAt} />
        </Fact>
        <Fact name="By">
          {keyId === null ? 'somebody without a key' : <Copyable text={keyId} what="id of the key" />}
        </Fact>
        {finishedAt !== null && (
          <Fact name="Ended">
            <ExactTime at={finishedAt} />
          </Fact>
        )}
        <Fact name="Id">
          <Copyable text={id} what="replay id" />
        </Fact>
      </Facts>
      <Link to="/deliveries" search={{ replay_id: id }} className={buttonClass({}, 'self-start')}>
        Show its deliveries
      </Link>
    </>
  );
}
