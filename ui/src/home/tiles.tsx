import type { StatsAnswer } from '../api/generated';
import { countOf, percentOf, rateOf } from '../lib/numbers';
import { durationOf, roughSpanOf, secondsBetween } from '../lib/times';
import type { Steps } from '../plots/range';
import { countsOf, timelineOf, valuesOf } from '../plots/series';
import { Tile } from '../plots/tile';

interface TilesProps {
  readonly stats: StatsAnswer;
  readonly steps: Steps;
  readonly nowMs: number;
}

/** The range in six figures. */
export function Tiles({ stats: { totals, data }, steps, nowMs }: TilesProps) {
  const timeline = timelineOf(data[0]?.points ?? [], steps, nowMs);
  const seconds = Math.max(1, ((steps.untilMs ?? nowMs) - steps.sinceMs) / 1000);
  const latest = timeline.points.findLast((point) => point?.waiting != null);
  const due = latest?.oldest_due_at ?? null;
  // How late it was when the sample was taken, which may be long ago: some time within its step.
  const sampledMs = latest == null ? nowMs : Math.min(Date.parse(latest.at) + steps.stepMs, nowMs);
  const { p50, p95 } = totals.delivery_ms ?? {};
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border md:grid-cols-3 2xl:grid-cols-6">
      <Tile
        label="Accepted"
        value={rateOf((totals.accepted ?? 0) / seconds)}
        detail={`${countOf(totals.accepted ?? 0)} in all`}
        about="Deliveries that were accepted, manual retries included"
        trend={countsOf(timeline, ({ accepted }) => accepted)}
      />
      <Tile
        label="Delivered"
        value={rateOf(totals.delivered / seconds)}
        detail={`${countOf(totals.delivered)} in all`}
        about="Deliveries that were delivered"
        trend={countsOf(timeline, ({ delivered }) => delivered)}
      />
      <Tile
        label="Success"
        value={totals.success_rate === null ? '–' : percentOf(totals.success_rate)}
        detail={`${countOf(totals.failed)} failed`}
        about="Delivered, of those that were delivered or failed"
        trend={valuesOf(timeline, ({ success_rate: rate }) => rate)}
      />
      <Tile
        label="Accepted to delivered, p50"
        value={p50 === undefined ? '–' : durationOf(p50)}
        detail={p95 === undefined ? undefined : `p95 ${durationOf(p95)}`}
        about="Half of the deliveries were faster than the first, 95 % faster than the second"
        trend={valuesOf(timeline, ({ delivery_ms: ms }) => ms?.p50 ?? null)}
      />
      <Tile
        label="Waiting"
        value={latest?.waiting == null ? '–' : countOf(latest.waiting)}
        about="Pending deliveries, at the most of the samples of the last step"
        trend={valuesOf(timeline, ({ waiting }) => waiting)}
      />
      <Tile
        label="Oldest due"
        value={due === null ? 'none' : roughSpanOf(secondsBetween(due, sampledMs))}
        about="How long the longest due delivery has been due"
      />
    </dl>
  );
}
