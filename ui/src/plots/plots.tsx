import { useMemo } from 'react';
import type { StatsAnswer } from '../api/generated';
import { shortCount } from '../lib/numbers';
import { durationOf } from '../lib/times';
import type { Steps } from './range';
import { Plot, type PlotSeries } from './plot';
import { attemptsByClass, CODE_CLASSES, type CodeClass, countsOf, stacked, timelineOf, valuesOf } from './series';

export interface PlotsProps {
  readonly stats: StatsAnswer;
  readonly byCode: StatsAnswer | undefined;
  readonly steps: Steps;
  readonly nowMs: number;
  readonly onZoom: (sinceMs: number, untilMs: number) => void;
}

const CLASS_COLOURS: Readonly<Record<CodeClass, string>> = {
  '2xx': '--chart-2',
  '3xx': '--chart-1',
  '4xx': '--chart-4',
  '5xx': '--chart-3',
  none: '--chart-5',
};

const LATENCIES = [
  { label: 'p50', colour: '--chart-1' },
  { label: 'p95', colour: '--chart-4' },
  { label: 'p99', colour: '--chart-3' },
] as const;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The course of the range, in plots that zoom together. */
export function Plots({ stats, byCode, steps, nowMs, onZoom }: PlotsProps) {
  const { seconds, outcomes, rate, latency, duration, waiting } = useMemo(
    () => seriesOf(stats, steps, nowMs),
    [stats, steps, nowMs],
  );
  const attempts = useMemo(() => attemptSeries(byCode, steps, nowMs), [byCode, steps, nowMs]);
  const shared = { seconds, onZoom };
  return (
    <div className="grid gap-x-8 gap-y-8 rounded-lg border border-border bg-card p-4 xl:grid-cols-2">
      <Plot {...shared} title="Deliveries by outcome" kind="bars" series={outcomes} format={shortCount} />
      <Plot {...shared} title="Attempts by response" kind="bars" series={attempts} format={shortCount} />
      <Plot {...shared} title="Accepted to delivered" kind="lines" series={latency} format={durationOf} />
      <Plot {...shared} title="Duration of attempts" kind="lines" series={duration} format={durationOf} />
      <Plot {...shared} title="Success rate" kind="lines" series={rate} format={percent} max={1} />
      <Plot {...shared} title="Waiting" kind="lines" series={waiting} format={shortCount} />
    </div>
  );
}

function seriesOf(stats: StatsAnswer, steps: Steps, nowMs: number) {
  const timeline = timelineOf(stats.data[0]?.points ?? [], steps, nowMs);
  const latency = (of: 'delivery_ms' | 'attempt_ms'): PlotSeries[] =>
    LATENCIES.map(({ label, colour }) => ({
      label,
      colour,
      values: valuesOf(timeline, (point) => point[of]?.[label] ?? null),
    }));
  const [delivered = [], failed = [], cancelled = []] = stacked([
    countsOf(timeline, (point) => point.delivered),
    countsOf(timeline, (point) => point.failed),
    countsOf(timeline, (point) => point.cancelled),
  ]);
  return {
    seconds: timeline.seconds,
    outcomes: [
      { label: 'Delivered', colour: '--chart-2', values: delivered },
      { label: 'Failed', colour: '--chart-3', values: failed },
      { label: 'Cancelled', colour: '--chart-5', values: cancelled },
    ],
    rate: [
      {
        label: 'Delivered of finished',
        colour: '--chart-2',
        values: valuesOf(timeline, (point) => point.success_rate),
      },
    ],
    latency: latency('delivery_ms'),
    duration: latency('attempt_ms'),
    waiting: [{ label: 'Pending', colour: '--chart-1', values: valuesOf(timeline, (point) => point.waiting) }],
  } satisfies Record<string, readonly PlotSeries[] | readonly number[]>;
}

function attemptSeries(byCode: StatsAnswer | undefined, steps: Steps, nowMs: number): PlotSeries[] {
  const sums = attemptsByClass(byCode?.data ?? [], steps, nowMs);
  const seen = CODE_CLASSES.filter((each) => sums[each].some((count) => count > 0));
  const rows = stacked(seen.map((each) => sums[each]));
  return seen.map((each, index) => ({
    label: each === 'none' ? 'No response' : each,
    colour: CLASS_COLOURS[each],
    values: rows[index] ?? [],
  }));
}
