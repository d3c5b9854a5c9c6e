import { useQuery } from '@tanstack/react-query';
import { ScrollText, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import type { AuditAnswer } from '../api/generated';
import { Copyable } from '../components/copyable';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Notice } from '../components/states';
import { Age } from '../components/time';
import { Button } from '../components/ui/button';
import { Dialog } from '../components/ui/dialog';
import { shortId } from '../lib/ids';
import { AuditFilterBar } from './audit-filter-bar';
import { ACTIONS, actorOf } from './audit-words';
import { PageOf } from './page-of';
import { type AuditFilters, auditQuery, keysQuery } from './queries';
import { useAdmin } from './use-admin';

const FILTERS = ['action', 'target', 'key_id', 'session_id', 'since', 'until'] as const;

/** Who changed what, when, and from where. Nobody can change it. */
export default function AuditTab() {
  const { search, go, close } = useAdmin();
  const filters = Object.fromEntries(
    FILTERS.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])),
  ) as AuditFilters;
  const entries = useQuery(auditQuery(filters, search.cursor));
  const names = useKeyNames();
  const opened = entries.data?.data.find(({ id }) => id === search.open);
  const clear = (): void =>
    go({ ...Object.fromEntries(FILTERS.map((name) => [name, undefined])), cursor: undefined, open: undefined });
  const isFiltered = Object.keys(filters).length > 0;
  const columns: readonly Column<AuditAnswer>[] = [
    {
      header: 'When',
      cell: (entry) => <When entry={entry} onOpen={() => go({ open: entry.id })} />,
      className: 'w-20',
    },
    { header: 'Who and what', cell: (entry) => <What entry={entry} names={names} /> },
    { header: 'Fields', cell: ({ changed }) => <Fields changed={changed} />, className: 'max-lg:hidden' },
    {
      header: 'Tenant',
      cell: ({ tenant_id: id }) => id ?? <Muted text="–" />,
      className: 'whitespace-nowrap max-md:hidden',
    },
    { header: 'From', cell: ({ address }) => <code>{address ?? '–'}</code>, className: 'max-md:hidden' },
  ];
  return (
    <Section title="Audit log">
      <AuditFilterBar key={JSON.stringify(filters)} isFiltered={isFiltered} onClear={clear} />
      <PageOf query={entries} nothing={isFiltered ? <NoneMatches onClear={clear} /> : <NothingYet />}>
        {(rows) => (
          <Listing
            label="Audit log"
            columns={columns}
            rows={rows}
            keyOf={({ id }) => id}
            onOpen={({ id }) => go({ open: id })}
          />
        )}
      </PageOf>
      {opened !== undefined && <Entry entry={opened} names={names} onClose={close} />}
    </Section>
  );
}

type Names = ReadonlyMap<string, string>;

/** Names of the newest keys. Others, and those that were revoked, are shown by their ids. */
function useKeyNames(): Names {
  const { data } = useQuery(keysQuery());
  return useMemo(
    () => new Map(data?.data.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const]))),
    [data],
  );
}

function When({ entry, onOpen }: { readonly entry: AuditAnswer; readonly onOpen: () => void }) {
  return (
    <button
      type="button"
      onClick={onOpen}

      className="whitespace-nowrap text-muted-foreground"
    >
      <Age at={entry.created_at} />
      <span className="sr-only">, show the entry</span>
    </button>
  );
}

function What({ entry, names }: { readonly entry: AuditAnswer; readonly names: Names }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-1.5 py-2">
      <span className="font-medium">{actorOf(entry, names)}</span> {ACTIONS[entry.action]}{' '}
      <Copyable text={entry.target} what="id" label={shortId(entry.target)} />
    </span>
  );
}

function Fields({ changed }: { readonly changed: readonly string[] }) {
  return (
    <span className="block max-w-64 truncate text-muted-foreground" data-hint={changed.join(', ')}>
      {changed.join(', ')}
    </span>
  );
}

function Muted({ text }: { readonly text: string }) {
  return <span className="text-muted-foreground">{text}</span>;
}

function Entry({
  entry,
  names,
  onClose,
}: {
  readonly entry: AuditAnswer;
  readonly names: Names;
  readonly onClose: () => void;
}) {
  // prettier-ignore
  const json = JSON.stringify(entry, null, 2);
  const { go } = useAdmin();
  return (
    <Dialog open onClose={onClose} title="Entry of the audit log" className="max-w-xl">
      <div className="flex flex-col gap-4 overflow-y-auto p-6">
        <h2 className="text-base">
          <b className="font-semibold">{actorOf(entry, names)}</b> {ACTIONS[entry.action]}{' '}
          <code className="break-all">{entry.target}</code>
        </h2>
        <pre
          tabIndex={0}
          aria-label="JSON"
          className="overflow-auto rounded-md border border-border bg-background px-3 py-2 leading-[18px] break-all whitespace-pre-wrap"
        >
          {json}
        </pre>
        <p className="text-xs text-muted-foreground">
          The log has the names of the fields that were set, never their values: some are secrets.
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => go({ target: entry.target, open: undefined, cursor: undefined })}>
            All about this object
          </Button>
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function NoneMatches({ onClear }: { readonly onClear: () => void }) {
  return (
    <Notice icon={<SearchX aria-hidden className="size-5 text-muted-foreground" />} title="Nothing matches">
      <p>No entry of the audit log has all of these properties.</p>
      <Button onClick={onClear}>Clear the filters</Button>
    </Notice>
  );
}

function NothingYet() {
  return (
    <Notice icon={<ScrollText aria-hidden className="size-5 text-muted-foreground" />} title="Nothing has changed yet">
      <p>Each change of a subscription, a key, a tenant or a session becomes an entry here, in the same transaction.</p>
    </Notice>
  );
}
