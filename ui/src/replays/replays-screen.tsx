import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, Repeat, SearchX } from 'lucide-react';
import { useMay, useMayRunCommands } from '../api/access';
import type { ReplayAnswer } from '../api/generated';
import { type Column, Listing, Pager } from '../components/listing';
import { Command, Failed, Notice, Skeleton } from '../components/states';
import { Age } from '../components/time';
import { Button, buttonClass } from '../components/ui/button';
import { FilterBar } from '../deliveries/filter-bar';
import type { Filter } from '../deliveries/filters';
import { shortId } from '../lib/ids';
import { exactCount, rateOf } from '../lib/numbers';
import { useStore } from '../lib/store';
import { serverConfig } from '../shell/config-store';
import { Screen } from '../shell/screen';
import { ProgressBar } from './progress';
import { replaysQuery } from './queries';
import { REPLAY_STATES, ReplayState, type ReplayStateName } from './replay-state';
import type { ReplaySearch } from './replay-search';
import { kindWords, ReplayFilters } from './replay-words';

type ListFilter = 'state' | 'subscription_id';

const FILTERS: readonly Filter<ListFilter>[] = [
  {
    name: 'state',
    label: 'State',
    kind: 'one',
    options: (Object.keys(REPLAY_STATES) as ReplayStateName[]).map((value) => ({
      value,
      label: REPLAY_STATES[value].word,
    })),
  },
  {
    name: 'subscription_id',
    label: 'Subscription',
    kind: 'text',
    placeholder: 'sub_…',
    help: 'Only replays that were limited to this subscription',
  },
];

/** All replays, newest first. */
export default function ReplaysScreen() {
  const search = useSearch({ from: '/replays' });
  const navigate = useNavigate();
  const mayReplay = useMay('replays:write', 'deliveries:read');
  const change = (next: ReplaySearch): void =>
    void navigate({ to: '/replays', search: (now) => ({ ...now, cursor: undefined, ...next }) });
  return (
    <Screen title="Replays">
      <div className="flex h-full flex-col">
        <FilterBar
          filters={FILTERS}
          search={search}
          onChange={(name, value) => change({ [name]: value })}
          onClear={() => change({ state: undefined, subscription_id: undefined })}
        >
          {mayReplay && <NewReplay />}
        </FilterBar>
        <div className="min-h-0 flex-1 overflow-y-auto border-t border-border bg-card px-6 max-md:px-4">
          <Replays search={search} onChange={change} />
        </div>
      </div>
    </Screen>
  );
}

function NewReplay() {
  return (
    <Link to="/replays/new" className={buttonClass({ variant: 'primary', size: 'sm' })}>
      <Plus aria-hidden /> New replay
    </Link>
  );
}

interface ReplaysProps {
  readonly search: ReplaySearch;
  readonly onChange: (next: ReplaySearch) => void;
}

/** The list, or why there is none. */
function Replays({ search, onChange }: ReplaysProps) {
  const navigate = useNavigate();
  const { data: page, error, refetch } = useQuery(replaysQuery(search));
  if (page === undefined && error !== null) return <Failed error={error} onRetry={() => void refetch()} />;
  if (page === undefined) return <Skeleton lines={8} className="py-6" />;
  const isFiltered = search.state !== undefined || search.subscription_id !== undefined;
  if (page.data.length === 0) {
    if (isFiltered) return <NoneMatch onClear={() => onChange({ state: undefined, subscription_id: undefined })} />;
    return <NoneYet />;
  }
  return (
    <div className="pb-6">
      <Listing
        label="Replays"
        columns={COLUMNS}
        rows={page.data}
        keyOf={({ id }) => id}
        onOpen={({ id: replayId }) => void navigate({ to: '/replays/$replayId', params: { replayId } })}
      />
      <Pager
        hasOlder={page.has_more}
        onOlder={() => onChange({ cursor: page.next_cursor ?? undefined })}
        onNewest={search.cursor === undefined ? undefined : () => onChange({})}
      />
    </div>
  );
}

const COLUMNS: readonly Column<ReplayAnswer>[] = [
  { header: 'State', cell: ({ state }) => <ReplayState state={state} /> },
  { header: 'What', className: 'w-full max-w-0', cell: (replay) => <What replay={replay} /> },
  { header: 'Progress', className: 'max-sm:hidden', cell: (replay) => <Progress replay={replay} /> },
  { header: 'Delivered', isNumber: true, className: 'max-sm:hidden', cell: ({ delivered }) => exactCount(delivered) },
  { header: 'Failed', isNumber: true, className: 'max-sm:hidden', cell: ({ failed }) => <Failures count={failed} /> },
  {
    header: 'Rate',
    isNumber: true,
    className: 'max-lg:hidden',
    cell: ({ rate }) => <span className="text-muted-foreground">{rateOf(rate)}</span>,
  },
  { header: 'By', className: 'max-xl:hidden', cell: ({ created_by: keyId }) => <Maker keyId={keyId} /> },
  {
    header: 'Age',
    isNumber: true,
    cell: ({ created_at: at }) => <Age at={at} className="whitespace-nowrap text-muted-foreground" />,
  },
];

function What({ replay }: { readonly replay: ReplayAnswer }) {
  return (
    <div className="flex min-w-0 flex-wrap items-baseline gap-x-2 py-1">
      <Link to="/replays/$replayId" params={{ replayId: replay.id }} className="font-medium whitespace-nowrap">
        {kindWords(replay)}
      </Link>
      <ReplayFilters filters={replay.filters} />
      {/* Phones have no column for it. */}
      <span className="w-full sm:hidden">
        <Progress replay={replay} />
      </span>
    </div>
  );
}

function Progress({ replay }: { readonly replay: ReplayAnswer }) {
  const { sent, skipped, matched, failed } = replay;
  return (
    <span className="flex w-40 flex-col gap-1 py-1">
      <ProgressBar replay={replay} />
      <span className="text-2xs whitespace-nowrap text-muted-foreground">
        {exactCount(sent + skipped)} of {exactCount(matched)}
        {failed > 0 && <span className="sm:hidden">, {exactCount(failed)} failed</span>}
      </span>
    </span>
  );
}

function Failures({ count }: { readonly count: number }) {
  return count === 0 ? (
    <span className="text-muted-foreground">0</span>
  ) : (
    <b className="font-medium">{exactCount(count)}</b>
  );
}

function Maker({ keyId }: { readonly keyId: string | null }) {
  if (keyId === null) return <span className="text-muted-foreground">no key</span>;
  return (
    <span className="font-mono text-muted-foreground" data-hint={keyId}>
      {shortId(keyId)}
    </span>
  );
}

function NoneMatch({ onClear }: { readonly onClear: () => void }) {
  return (
    <Notice icon={<SearchX aria-hidden className={ICON} />} title="Nothing matches">
      <p>No replay has all of these properties.</p>
      <Button onClick={onClear}>Clear the filters</Button>
    </Notice>
  );
}

function NoneYet() {
  const mayReplay = useMay('replays:write', 'deliveries:read');
  const isCommand = useMayRunCommands() && mayReplay;
  const { access } = useStore(serverConfig);
  const key = access === 'open' ? '' : ' -H "Authorization: Bearer $KEY"';
  return (
    <Notice icon={<Repeat aria-hidden className={ICON} />} title="No replays yet">
      <p>
        After a receiver was down, a replay sends what failed again, at a pace that it can bear.
        {isCommand && ' This counts what would be sent, and sends nothing:'}
      </p>
      {isCommand && (
        <Command
          what="command"
          text={`curl ${window.location.origin}/replays${key} -H 'Content-Type: application/json' \\
  -d '{"kind":"failed","dry_run":true}'`}
        />
      )}
    </Notice>
  );
}

const ICON = 'size-5 text-muted-foreground';
