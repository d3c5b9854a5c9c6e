import { ListFilter } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { Button } from '../components/ui/button';
import { Input, Select } from '../components/ui/field';
import { cx } from '../lib/cx';
import { toFieldTime } from '../lib/times';
import type { AdminSearch } from './admin-search';
import { ACTIONS } from './audit-words';
import { useAdmin } from './use-admin';

interface AuditFilterBarProps {
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}

/** Filters the log. Choices act at once, texts when they are complete. */
export function AuditFilterBar({ isFiltered, onClear }: AuditFilterBarProps) {
  const { search, go } = useAdmin();
  const [isOpen, setIsOpen] = useState(isFiltered);
  const apply = (form: HTMLFormElement): void => go({ ...filtersIn(new FormData(form)), cursor: undefined });
  return (
    <>
      <Button size="sm" className="self-start sm:hidden" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <ListFilter aria-hidden /> Filter
      </Button>
      <form
        aria-label="Filters"
        className={cx('flex flex-wrap items-end gap-3 text-xs text-muted-foreground', !isOpen && 'max-sm:hidden')}
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault();
          apply(event.currentTarget);
        }}
      >
        <label className="flex w-52 flex-col gap-1 max-sm:w-full">
          Action
          <Select
            name="action"
            defaultValue={search.action ?? ''}
            className="text-sm text-foreground"
            onChange={({ currentTarget: { form } }) => form && apply(form)}
          >
            <option value="">every action</option>
            {Object.keys(ACTIONS).map((action) => (
              <option key={action} value={action}>
                {action}
              </option>
            ))}
          </Select>
        </label>
        <label className="flex w-52 flex-col gap-1 max-sm:w-full">
          About
          <Input name="target" placeholder="id of anything" defaultValue={search.target} className={FIELD} />
        </label>
        <label className="flex w-52 flex-col gap-1 max-sm:w-full">
          By
          <Input
            name="by"
            placeholder="key_…, ses_…, pse_…"
            defaultValue={search.key_id ?? search.session_id}
            className={FIELD}
          />
        </label>
        <Time name="since" label="From" value={search.since} />
        <Time name="until" label="Before" value={search.until} />
        <span className="flex gap-2">
          <Button type="submit">Apply</Button>
          {isFiltered && (
            <Button variant="ghost" onClick={onClear}>
              Clear
            </Button>
          )}
        </span>
      </form>
    </>
  );
}

const FIELD = 'font-mono text-foreground';

interface TimeProps {
  readonly name: 'since' | 'until';
  readonly label: string;
  readonly value: string | undefined;
}

function Time({ name, label, value }: TimeProps) {
  return (
    <label className="flex w-48 flex-col gap-1 max-sm:w-full">
      {label}
      <Input
        name={name}
        type="datetime-local"
        defaultValue={value === undefined ? '' : toFieldTime(value)}
        className="text-sm text-foreground"
      />
    </label>
  );
}

function filtersIn(form: FormData): AdminSearch {
  const text = (name: string): string | undefined => {
    const value = form.get(name);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const time = (name: string): string | undefined => {
    const value = text(name);
    return value === undefined ? undefined : new Date(value).toISOString();
  };
  const by = text('by');
  const isKey = by?.startsWith('key_') ?? false;
  return {
    action: text('action'),
    target: text('target'),
    key_id: isKey ? by : undefined,
    session_id: isKey ? undefined : by,
    since: time('since'),
    until: time('until'),
  };
}
