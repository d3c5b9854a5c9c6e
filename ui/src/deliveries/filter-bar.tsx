import { ListFilter, Plus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button, buttonClass } from '../components/ui/button';
import { Popover } from '../components/ui/popover';
import { useKeys } from '../lib/keys';
import { FilterEditor } from './filter-editor';
import { type Filter, shownValue } from './filters';

interface FilterBarProps<N extends string> {
  /** In the order of the chips. */
  readonly filters: readonly Filter<N>[];
  readonly search: Readonly<Partial<Record<N, string>>>;
  readonly onChange: (name: N, value: string | undefined) => void;
  readonly onClear: () => void;
  /** Shown at the right end. */
  readonly children?: ReactNode;
}

/** A chip for each filter, and a button for more. */
export function FilterBar<N extends string>({ filters, search, onChange, onClear, children }: FilterBarProps<N>) {
  const active = filters.filter(({ name }) => search[name] !== undefined);
  return (
    <div role="group" aria-label="Filters" className="flex min-h-12 flex-wrap items-center gap-2 px-6 py-2 max-md:px-4">
      {active.map((filter) => (
        <FilterChip
          key={filter.name}
          filter={filter}
          value={search[filter.name] ?? ''}
          onChange={(next) => onChange(filter.name, next)}
        />
      ))}
      <AddFilter filters={filters} search={search} onChange={onChange} />
      {active.length > 0 && (
        <Button variant="ghost" size="sm" onClick={onClear}>
          Clear
        </Button>
      )}
      <span className="flex-1" />
      {children}
    </div>
  );
}

interface FilterChipProps {
  readonly filter: Filter<string>;
  readonly value: string;
  readonly onChange: (value: string | undefined) => void;
}

function FilterChip({ filter, value, onChange }: FilterChipProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <span className="inline-flex h-7 max-w-full items-center rounded-full border border-brand/40 bg-brand-tint text-brand">
      <Popover
        open={isOpen}
        onOpenChange={setIsOpen}
        title={filter.label}
        trigger={(props) => (
          <button {...props} type="button" className="h-full min-w-0 truncate rounded-l-full pr-1 pl-3">
            {filter.label} <b className="font-medium">{shownValue(filter, value)}</b>
          </button>
        )}
      >
        <FilterEditor filter={filter} value={value} onChange={onChange} onDone={() => setIsOpen(false)} />
      </Popover>
      <button
        type="button"
        aria-label={`Remove the filter ${filter.label}`}
        onClick={() => onChange(undefined)}
        className="grid h-full w-7 shrink-0 place-items-center rounded-r-full hover:bg-brand/10"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}

function AddFilter<N extends string>(props: Pick<FilterBarProps<N>, 'filters' | 'search' | 'onChange'>) {
  const { filters, search, onChange } = props;
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState<Filter<N> | null>(null);
  const open = (next: boolean): void => {
    setIsOpen(next);
    setChosen(null);
  };
  useKeys({ '/': () => open(true) });
  const free = filters.filter(({ name }) => search[name] === undefined);
  return (
    <Popover
      open={isOpen}
      onOpenChange={open}
      title={chosen?.label ?? 'Add a filter'}
      trigger={(props) => (
        <button
          {...props}
          type="button"
          className={buttonClass({ size: 'sm' }, 'rounded-full border-dashed text-muted-foreground')}
        >
          {free.length < filters.length ? <Plus aria-hidden /> : <ListFilter aria-hidden />} Filter
        </button>
      )}
    >
      {chosen === null ? (
        <ul className="p-1">
          {free.map((filter, index) => (
            <li key={filter.name}>
              <button
                type="button"
                autoFocus={index === 0}
                onClick={() => setChosen(filter)}
                className="flex h-8 w-full items-center rounded-md px-2 text-left hover:bg-accent"
              >
                {filter.label}
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <FilterEditor
          filter={chosen}
          value={search[chosen.name]}
          onChange={(value) => onChange(chosen.name, value)}
          onDone={() => open(false)}
        />
      )}
    </Popover>
  );
}
