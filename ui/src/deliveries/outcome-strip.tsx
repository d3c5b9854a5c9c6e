import { useQuery } from '@tanstack/react-query';
import type { StatsPoint } from '../api/generated';
import { statsQuery } from '../api/queries';
import { useNow } from '../lib/clock';
import { exactCount } from '../lib/numbers';
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
  const { data } = useQuery(statsQuery(query, ['strip', query.since, subscription_id ?? '', type ?? '']));
  const points = new Map(data?.data[0]?.points.map((point) => [Date.parse(point.at), point]));
  const bars = Array.from({ length: HOURS }, (_, index) => {
    const atMs = from + index * HOUR_MS;
    return { atMs, ...countsOf(points.get(atMs)) };
  });
  const most = Math.max(1, ...bars.map(({ good, bad }) => good + bad));
  const isIn = (atMs: number): boolean =>
    (since === undefined || atMs + HOUR_MS > Date.parse(since)) && (until === undefined || atMs < Date.parse(until));
  return (
    <div
      role="group"
      aria-label="Outcomes of the last 48 hours"
      className="flex h-10 items-end gap-0.5 px-6 max-md:px-4"
    >
      {bars.map(({ atMs, good, bad }) => (
        <button
          key={atMs}
          type="button"
          tabIndex={-1}
          data-hint={`${localTime(new Date(atMs).toISOString()).replace(/:\d\d\.\d{3}$/, '')}, one hour\n${exactCount(good)} delivered, ${exactCount(bad)} failed`}
          aria-label={`${exactCount(good)} delivered, ${exactCount(bad)} failed in the hour from ${localTime(new Date(atMs).toISOString())}`}
          onClick={() => onRange(new Date(atMs).toISOString(), new Date(atMs + HOUR_MS).toISOString())}
          className={`group flex h-full flex-1 flex-col justify-end ${isIn(atMs) ? '' : 'opacity-40'}`}
        >
          <span className="block w-full rounded-t-[1px] bg-chart-3/90" style={{ height: scaled(bad, most) }} />
          <span
            className="block w-full bg-input group-hover:bg-muted-foreground/60"
            style={{ height: Math.max(1, scaled(good, most)) }}
          />
        </button>
      ))}
    </div>
  );
}

function countsOf(point: StatsPoint | undefined): { good: number; bad: number } {
  return { good: point?.delivered ?? 0, bad: point?.failed ?? 0 };
}

/** Pixels; whatever there is can be seen. */
function scaled(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(2, Math.round((count / most) * (HEIGHT - 4)));
}
