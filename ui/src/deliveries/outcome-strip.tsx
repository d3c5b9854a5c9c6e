import { useQuery } from '@tanstack/react-query';
import type { StatsPoint } from '../api/generated';
import { statsQuery } from '../api/queries';
import { useNow } from '../lib/clock';
import { cx } from '../lib/cx';
import { countOf } from '../lib/numbers';
import { localTime } from '../lib/times';
import type { DeliverySearch } from './delivery-search';

const HOUR_MS = 3_600_000;
const HOURS = 48;
const HEIGHT = 40;

interface OutcomeStripProps {
  readonly search: DeliverySearch;
  /** Narrows the list to a part of the time. */
  readonly onRange: (since: string, until: string) => void;
}

/** How deliveries of the last two days ended, hour by hour. A click shows those of an hour. */
export function OutcomeStrip({ search: { subscription_id, event_type, since, until }, onRange }: OutcomeStripProps) {
  const hour = useNow(HOUR_MS);
  const from = hour - (HOURS - 1) * HOUR_MS;
  // Statistics know plain types only, and a pattern would be refused.
  const type = event_type?.includes('*') ? undefined : event_type;
  const query = { step: 'hour', since: new Date(from).toISOString(), subscription_id, event_type: type } as const;
  const { data, error } = useQuery(statsQuery(query, ['strip', query.since, subscription_id ?? '', type ?? '']));
  const points = new Map(data?.data[0]?.points.map((point) => [Date.parse(point.at), point]));
  const bars = Array.from({ length: HOURS }, (_, index) => {
    const atMs = from + index * HOUR_MS;
    return { atMs, ...countsOf(points.get(atMs)) };
  });
  const most = Math.max(1, ...bars.map(({ good, bad }) => good + bad));
  const isIn = (atMs: number): boolean =>
    (since === undefined || atMs + HOUR_MS > Date.parse(since)) && (until === undefined || atMs < Date.parse(until));
  // The list does not depend on it.
  if (error !== null) return null;
  return (
    <div className="flex flex-col gap-1 px-6 max-md:px-4">
      <p className="flex justify-between text-2xs text-muted-foreground">
        <span>Last 48 hours</span>
        {data && <span>{outcomeWords(data.totals.delivered, data.totals.failed)}</span>}
      </p>
      <div role="group" aria-label="Outcomes by the hour" className="flex h-10 items-end gap-0.5">
        {bars.map((bar) => (
          <HourBar key={bar.atMs} {...bar} most={most} isIn={isIn(bar.atMs)} onRange={onRange} />
        ))}
      </div>
    </div>
  );
}

interface HourBarProps extends Pick<OutcomeStripProps, 'onRange'> {
  readonly atMs: number;
  readonly good: number;
  readonly bad: number;
  /** Deliveries of the busiest hour. */
  readonly most: number;
  /** Whether the list shows this hour. */
  readonly isIn: boolean;
}

/** Not reached by Tab, because the filters since and until do the same. */
function HourBar({ atMs, good, bad, most, isIn, onRange }: HourBarProps) {
  const since = new Date(atMs).toISOString();
  const hour = localTime(since).replace(/:\d\d\.\d{3}$/, '');
  return (
    <button
      type="button"
      tabIndex={-1}
      data-hint={`The hour from ${hour}\n${outcomeWords(good, bad)}`}
      aria-label={`The hour from ${hour}: ${outcomeWords(good, bad)}`}
      onClick={() => onRange(since, new Date(atMs + HOUR_MS).toISOString())}
      className={cx('group flex h-full flex-1 flex-col justify-end', !isIn && 'opacity-40')}
    >
      <span className="block w-full rounded-t-[1px] bg-chart-3/90" style={{ height: scaled(bad, most) }} />
      <span
        className="block w-full bg-input group-hover:bg-muted-foreground/60"
        style={{ height: Math.max(1, scaled(good, most)) }}
      />
    </button>
  );
}

function outcomeWords(good: number, bad: number): string {
  return `${countOf(good)} delivered, ${countOf(bad)} failed`;
}

function countsOf(point: StatsPoint | undefined): { good: number; bad: number } {
  return { good: point?.delivered ?? 0, bad: point?.failed ?? 0 };
}

/** Pixels; whatever there is can be seen. */
function scaled(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1, Math.round((count / most) * (HEIGHT - 4)));
}
