import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { useStore } from '../lib/store';
import { useWidth } from '../lib/use-width';
import { theme } from '../shell/theme';

export interface PlotSeries {
  readonly label: string;
  /** Name of a CSS variable. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

interface PlotProps {
  readonly title: string;
  /** Seconds since the Unix epoch. */
  readonly seconds: readonly number[];
  /** Bars that lie on one another, the lowest first, or lines. */
  readonly kind: 'bars' | 'lines';
  readonly series: readonly PlotSeries[];
  readonly format: (value: number) => string;
  /** Called with the part that was zoomed into, in milliseconds. */
  readonly onZoom: (sinceMs: number, untilMs: number) => void;
  /** Upper end of the scale; the largest value if not given. */
  readonly max?: number;
}

const HEIGHT = 168;
const AXIS_FONT = "11px 'Inter Variable', system-ui, sans-serif";
/** Values that would not be seen as a line. */
const FEW = 12;
/** All plots of the page show the same moment. */
const SYNC_KEY = 'plots';

/** A plot over time. Dragging zooms all of them. */
export function Plot({ title, seconds, kind, series, format, onZoom, max }: PlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const width = useWidth(holder);
  const shownTheme = useStore(theme);
  const zoom = useRef(onZoom);
  useEffect(() => {
    zoom.current = onZoom;
  });
  useEffect(() => {
    const { current } = holder;
    if (current === null || width === 0) return;
    const options = optionsOf({ kind, series, format, max, width, seconds, onZoom: (a, b) => zoom.current(a, b) });
    const plot = new UPlot(options, dataOf(seconds, kind, series), current);
    return () => plot.destroy();
  }, [width, seconds, kind, series, format, max, shownTheme]);
  return (
    <figure className="flex min-w-0 flex-col gap-2">
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="font-medium">{title}</span>
        {series.map(({ label, colour }) => (
          <span key={label} className="flex items-center gap-1.5 text-xs text-muted-foreground">
            <i aria-hidden className="size-2 rounded-[2px]" style={{ backgroundColor: `var(${colour})` }} />
            {label}
          </span>
        ))}
      </figcaption>
      <div ref={holder} style={{ height: HEIGHT }} role="img" aria-label={describe(title, series, format)} />
    </figure>
  );
}

/** For those who do not see it: the last value of each series. */
function describe(title: string, series: readonly PlotSeries[], format: (value: number) => string): string {
  const values = series.map(({ label, values: each }) => {
    const last = each.findLast((value) => value !== null) ?? null;
    return `${label} ${last === null ? 'nothing' : format(last)}`;
  });
  return `${title}. Last values: ${values.join(', ')}.`;
}

function dataOf(seconds: readonly number[], kind: PlotProps['kind'], series: readonly PlotSeries[]): UPlot.AlignedData {
  const rows = series.map(({ values }) => [...values]);
  // Bars are drawn from the highest to the lowest, each over the one before.
  return [[...seconds], ...(kind === 'bars' ? rows.reverse() : rows)];
}

interface Options extends Omit<PlotProps, 'title'> {
  readonly width: number;
}

const CLOCK_TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const DAY_SECONDS = 86_400;

/** `14:00`, or `29 Nov` at midnight and where labels are a day apart. */
function timeLabel(seconds: number, apartSeconds: number): string {
  const time = CLOCK_TIME.format(seconds * 1000);
  return apartSeconds >= DAY_SECONDS || time === '00:00' ? DATE.format(seconds * 1000) : time;
}

function stepOf([first = 0, second = first + 60]: readonly number[]): number {
  return second - first;
}

function optionsOf({ kind, series, format, max, width, seconds, onZoom }: Options): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colourOf = (name: string): string => style.getPropertyValue(name).trim();
  const grid = { stroke: colourOf('--border'), width: 1 };
  const axis = { stroke: colourOf('--muted-foreground'), font: AXIS_FONT, ticks: { show: false } };
  const drawn = kind === 'bars' ? series.toReversed() : series;
  const bars = UPlot.paths.bars?.({ size: [0.8, 24], align: 1 });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { sync: { key: SYNC_KEY }, points: { size: 6 }, drag: { x: true, y: false, setScale: false } },
    scales: {
      // Up to the end of the last step, whose bar would be cut off otherwise.
      x: { time: true, range: () => [seconds[0] ?? 0, (seconds.at(-1) ?? 0) + stepOf(seconds)] },
      y: { range: (_plot, _min, largest) => [0, max ?? (largest > 0 ? largest * 1.08 : 1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 72,
        values: (_plot, times, _axis, _space, apart) => times.map((at) => timeLabel(at, apart)),
      },
      {
        ...axis,
        grid,
        size: 56,
        values: (_plot, values) => values.map((value) => (value === 0 ? '0' : format(value))),
      },
    ],
    series: [
      {},
      ...drawn.map(({ label, colour, values }): UPlot.Series => {
        const stroke = colourOf(colour);
        return kind === 'bars' && bars !== undefined
          ? { label, fill: stroke, width: 0, paths: bars, points: { show: false } }
          : {
              label,
              stroke,
              width: 1.5,
              points: { show: values.filter((value) => value !== null).length < FEW, size: 4, fill: stroke },
              spanGaps: false,
            };
      }),
    ],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: selected } = plot.select;
          if (selected < 8) return;
          onZoom(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + selected, 'x') * 1000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}
