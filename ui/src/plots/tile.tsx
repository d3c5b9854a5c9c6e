import type { ReactNode } from 'react';

interface TileProps {
  readonly label: string;
  readonly value: ReactNode;
  /** Says what is counted, for the hint. */
  readonly about: string;
  readonly detail?: string;
  readonly trend?: readonly (number | null)[];
}

const WIDTH = 96;
const HEIGHT = 24;

/** A figure with its course. */
export function Tile({ label, value, about, detail, trend }: TileProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1 bg-card px-4 py-3" data-hint={about}>
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="flex items-end justify-between gap-2">
        <span className="flex min-w-0 flex-wrap items-baseline gap-x-1.5">
          <span className="text-xl font-semibold tracking-tight whitespace-nowrap">{value}</span>
          {detail && <span className="text-xs whitespace-nowrap text-muted-foreground">{detail}</span>}
        </span>
        {trend && <Sparkline values={trend} />}
      </dd>
    </div>
  );
}

function Sparkline({ values }: { readonly values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (known.length < 2) return null;
  const points = values.flatMap((value, index) => {
    if (value === null) return [];
    const x = (index / (values.length - 1)) * WIDTH;
    const y = high === low ? HEIGHT / 2 : HEIGHT - 1 - ((value - low) / (high - low)) * (HEIGHT - 2);
    return [`${x.toFixed(1)},${y.toFixed(1)}`];
  });
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden
      className="h-6 w-16 shrink-0 max-sm:hidden"
    >
      <polyline
        points={points.join(' ')}
        fill="none"
        className="stroke-brand"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
