import { useNow } from '../lib/clock';
import { cx } from '../lib/cx';
import { percentOf } from '../lib/numbers';
import { localTime } from '../lib/times';

const HOUR_MS = 3_600_000;

interface HourStripProps {
  /** Share of attempts that succeeded in each hour, the present one last; null without attempts. */
  readonly hours: readonly (number | null)[];
  /** Rows of a list have a small one. */
  readonly isSmall?: boolean;
}

/** Success hour by hour: what failed is the upper part of each bar, and an hour without attempts is a line. */
export function HourStrip({ hours, isSmall = false }: HourStripProps) {
  const present = useNow(HOUR_MS);
  const words = hours.map((share, index) => {
    const at = present - (hours.length - 1 - index) * HOUR_MS;
    return `${hourOf(at)}: ${share === null ? 'no attempts' : `${percentOf(share)} succeeded`}`;
  });
  const height = isSmall ? 20 : 32;
  return (
    <div className={cx('flex flex-col gap-1', isSmall ? 'w-24' : 'w-full')}>
      <div
        role="img"
        aria-label={`Success by hour: ${summaryOf(hours)}`}
        data-hint={isSmall ? `Success by hour\n${summaryOf(hours)}` : undefined}
        className={cx('flex items-end', isSmall ? 'gap-px' : 'gap-1 max-sm:gap-0.5')}
        style={{ height }}
      >
        {hours.map((share, index) => (
          <HourBar
            key={index}
            share={share}
            height={height}
            words={isSmall ? undefined : `The hour from ${words[index] ?? ''}`}
          />
        ))}
      </div>
      {!isSmall && (
        <p aria-hidden className="flex justify-between text-2xs text-muted-foreground">
          <span>{hourOf(present - (hours.length - 1) * HOUR_MS)}</span>
          <span>this hour</span>
        </p>
      )}
    </div>
  );
}

interface HourBarProps {
  readonly share: number | null;
  readonly height: number;
  readonly words: string | undefined;
}

function HourBar({ share, height, words }: HourBarProps) {
  const failed = share === null || share === 1 ? 0 : Math.max(3, Math.round((1 - share) * height));
  return (
    <span
      data-hint={words}
      className={cx('flex h-full flex-1 flex-col justify-end', words !== undefined && 'overflow-hidden rounded-[2px]')}
    >
      {share === null ? (
        <span className="block h-px bg-input" />
      ) : (
        <>
          <span className="block bg-chart-3/90" style={{ height: Math.min(failed, height) }} />
          <span className="block bg-chart-2/60" style={{ height: Math.max(0, height - failed) }} />
        </>
      )}
    </span>
  );
}

function hourOf(atMs: number): string {
  return localTime(new Date(atMs).toISOString()).replace(/:\d\d\.\d{3}$/, '');
}

/** For those who do not see it, and for the hint: how many of the hours were bad. */
function summaryOf(hours: readonly (number | null)[]): string {
  const tried = hours.filter((share) => share !== null);
  if (tried.length === 0) return `nothing was sent in ${hours.length} hours`;
  const bad = tried.filter((share) => share < 1).length;
  const all = `${tried.length} of ${hours.length} hours with attempts`;
  return bad === 0 ? `${all}, none with a failure` : `${all}, ${bad} with failures`;
}
