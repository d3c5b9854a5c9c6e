import { ListFilter, Plus, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { Button, buttonClass } from '../components/ui/button';
import { Popover } from '../components/ui/popover';
import { takeFocus } from '../lib/focus';
import { useKeys } from '../lib/keys';
import type { EditorProps } from './filter-editor';
import { type Filter, shownValue } from './filters';

interface FilterBarProps<Name extends string> {
  /** What can be filtered by. */
  readonly filters: readonly Filter<Name>[];
  readonly search: Readonly<Partial<Record<NoInfer<Name>, string>>>;
  readonly onChange: (name: NoInfer<Name>, value: string | undefined) => void;
  readonly onClear: () => void;
  /** Shown at the right end. */
  readonly children?: ReactNode;
}

const loadEditor = () => import('./filter-editor');
const LazyEditor = lazy(loadEditor);

/** Edits one filter. It is loaded after the list. */
function FilterEditor(props: EditorProps) {
  return (
    <Suspense>
      <LazyEditor {...props} />
    </Suspense>
  );
}

/** A chip for each filter, and a button for more. */
export function FilterBar<Name extends string>(props: FilterBarProps<Name>) {
  const { filters, search, onChange, onClear, children } = props;
  const active = filters.filter(({ name }) => search[name] !== undefined);
  useEffect(() => void loadEditor(), []);
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

type AddFilterProps<Name extends string> = Pick<FilterBarProps<Name>, 'filters' | 'search' | 'onChange'>;

function AddFilter<Name extends string>({ filters, search, onChange }: AddFilterProps<Name>) {
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState<Filter<Name> | null>(null);
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
                ref={index === 0 ? takeFocus : undefined}
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
