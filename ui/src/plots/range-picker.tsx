import { useNavigate } from '@tanstack/react-router';
import { cx } from '../lib/cx';
import { DEFAULT_RANGE, RANGES, type RangeSearch } from './range';

/** Chooses the range of the plots. It ends what was zoomed into, and keeps the rest of the URL. */
export function RangePicker({ search: { range = DEFAULT_RANGE, since } }: { readonly search: RangeSearch }) {
  const navigate = useNavigate();
  const choose = (each: (typeof RANGES)[number]): void =>
    void navigate({
      to: '.',
      search: (search) => ({
        ...search,
        since: undefined,
        until: undefined,
        range: each === DEFAULT_RANGE ? undefined : each,
      }),
    });
  return (
    <div role="group" aria-label="Range" className="flex rounded-md border border-input bg-card p-0.5">
      {RANGES.map((each) => {
        const isChosen = each === range && since === undefined;
        return (
          <button
            key={each}
            type="button"
            aria-pressed={isChosen}
            onClick={() => choose(each)}
            className={cx(
              'h-6 rounded-sm px-2 hover:text-foreground',
              isChosen ? 'bg-accent font-medium text-foreground' : 'text-muted-foreground',
            )}
          >
            {each}
          </button>
        );
      })}
    </div>
  );
}
