import { Search } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { Input } from '../components/ui/field';
import { cx } from '../lib/cx';
import { useKeys } from '../lib/keys';
import type { SubscriptionFilters } from './subscription-search';
import { useTyped } from './use-typed';

const STATES = [
  [undefined, 'All'],
  ['active', 'Active'],
  ['paused', 'Paused'],
  ['disabled', 'Disabled'],
] as const;

interface FilterBarProps {
  readonly filters: SubscriptionFilters;
  readonly onChange: (change: SubscriptionFilters) => void;
  /** At the right: what makes a new one. */
  readonly children: ReactNode;
}

/** All filters that the API has for subscriptions. */
export function SubscriptionFilterBar({ filters, onChange, children }: FilterBarProps) {
  const field = useRef<HTMLLabelElement>(null);
  useKeys({ '/': () => field.current?.querySelector('input')?.focus() });
  const [text, setText] = useTyped(filters.search ?? '', (search) => onChange({ search: search || undefined }));
  const [type, setType] = useTyped(filters.event_type ?? '', (given) => onChange({ event_type: given || undefined }));
  return (
    <div role="search" className="flex flex-wrap items-center gap-2">
      <label ref={field} className="relative w-64 max-md:basis-[calc(100%-96px)] max-md:grow">
        <span className="sr-only">Name or target</span>
        <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-muted-foreground" />
        <Input
          type="search"
          className="pl-8"
          placeholder="Name or target"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <label className="w-44 max-md:order-2 max-md:w-28 max-md:flex-1">
        <span className="sr-only">Event type</span>
        <Input
          className="font-mono"
          placeholder="Event type"
          value={type}
          onChange={({ target }) => setType(target.value)}
        />
      </label>
      <StatePicker state={filters.state} onChoose={(state) => onChange({ state })} />
      <span className="flex-1 max-md:hidden" />
      {children}
    </div>
  );
}

interface StatePickerProps {
  readonly state: string | undefined;
  readonly onChoose: (state: string | undefined) => void;
}

function StatePicker({ state, onChoose }: StatePickerProps) {
  return (
    <div
      role="group"
      aria-label="State"
      className="flex h-8 rounded-md border border-input bg-card p-0.5 max-md:order-2"
    >
      {STATES.map(([value, label]) => (
        <button
          key={label}
          type="button"
          aria-pressed={state === value}
          onClick={() => onChoose(value)}
          className={cx(
            'rounded-sm px-2 hover:text-foreground',
            state === value ? 'bg-accent font-medium text-foreground' : 'text-muted-foreground',
          )}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
