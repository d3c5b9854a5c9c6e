import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleMinus } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DatabaseAnswer, ProcessAnswer, RedisAnswer, SchemaAnswer, SystemAnswer } from '../api/generated';
import { Copyable } from '../components/copyable';
import { type Column, Listing } from '../components/listing';
import { Fact, Facts, Section } from '../components/section';
import { Failed, Skeleton } from '../components/states';
import { Age } from '../components/time';
import { cx } from '../lib/cx';
import { bytesOf, counted, exactCount } from '../lib/numbers';
import { Partitions } from './partitions';
import { systemQuery } from './queries';
import { SettingsTable } from './settings-table';

/** What runs here, how large it is, and how it is set up. */
export default function SystemTab() {
  const { data, error, refetch } = useQuery(systemQuery);
  if (data === undefined) {
    return error === null ? <Skeleton lines={12} /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  return (
    <div className="flex flex-col gap-8">
      <Processes system={data} />
      <div className="grid grid-cols-2 gap-8 max-md:grid-cols-1">
        <PostgreSql database={data.database} schema={data.schema} />
        <Redis redis={data.redis} />
      </div>
      <Partitions database={data.database} />
      <SettingsTable settings={data.settings} />
    </div>
  );
}

function Processes({ system }: { readonly system: SystemAnswer }) {
  const { processes, processes_complete: isComplete, version } = system;
  const columns: readonly Column<ProcessAnswer>[] = [
    { header: 'Role', cell: ({ role }) => <span className="font-medium">{ROLES[role] ?? role}</span> },
    { header: 'Version', cell: (each) => <Version of={each} answering={version} /> },
    { header: 'Node.js', cell: ({ node_version: node }) => node, className: 'max-md:hidden' },
    { header: 'Host', cell: ({ host }) => <Copyable text={host} what="host name" />, className: 'max-sm:hidden' },
    { header: 'PID', isNumber: true, cell: ({ pid }) => pid, className: 'max-md:hidden' },
    { header: 'Running for', isNumber: true, cell: ({ started_at: at }) => <Age at={at} /> },
  ];
  const hasWorker = processes.some(({ role }) => role !== 'api');
  return (
    <Section title="Processes">
      {!isComplete && (
        <Caution>
          Redis does not answer, and only it knows the other processes. The list has the one that answers.
        </Caution>
      )}
      {isComplete && !hasWorker && <Caution>No worker is running, so nothing is delivered.</Caution>}
      <Listing label="Processes" columns={columns} rows={processes} keyOf={({ id }) => id} />
    </Section>
  );
}

const ROLES: Readonly<Record<string, string>> = { all: 'API and worker', api: 'API', worker: 'Worker' };

/** During an upgrade, some processes have another version. */
function Version({ of, answering }: { readonly of: ProcessAnswer; readonly answering: string }) {
  return of.version === answering ? (
    of.version
  ) : (
    <b className="font-medium text-warning">{`${of.version}, here ${answering}`}</b>
  );
}

function Caution({ children }: { readonly children: ReactNode }) {
  return (
    <p role="status" className="flex items-center gap-2 rounded-md bg-warning-tint px-3 py-2 text-warning">
      <CircleAlert aria-hidden className="size-4 shrink-0" />
      <span>{children}</span>
    </p>
  );
}

function PostgreSql({ database, schema }: { readonly database: DatabaseAnswer; readonly schema: SchemaAnswer }) {
  const { connections, max_connections: max } = database;
  return (
    <Section title="PostgreSQL">
      <Facts>
        <Fact name="Version">{database.version}</Fact>
        <Fact name="Size">{bytesOf(database.size_bytes)}</Fact>
        <Fact name="Connections">
          {exactCount(connections)} of {exactCount(max)}
        </Fact>
        <Fact name="Running for">
          <Age at={database.started_at} />
        </Fact>
        <Fact name="Schema">
          <span className="min-w-0 break-words">{schema.version ?? 'none'}</span>
          <span className={schema.pending === 0 ? 'text-muted-foreground' : 'text-warning'}>
            {counted(schema.applied, 'migration')}, {schema.pending} pending
          </span>
        </Fact>
      </Facts>
    </Section>
  );
}

const REDIS = {
  up: { icon: CircleCheck, colour: 'text-success', words: 'Answers' },
  away: { icon: CircleAlert, colour: 'text-destructive', words: 'Does not answer; deliveries go on, more slowly' },
  none: { icon: CircleMinus, colour: 'text-idle', words: 'Not used; jobs stay in the memory of the one process' },
} as const;

function Redis({ redis }: { readonly redis: RedisAnswer }) {
  const { icon: Icon, colour, words } = REDIS[redis.state];
  return (
    <Section title="Redis">
      <Facts>
        <Fact name="State">
          <span className={cx('inline-flex items-center gap-1.5', colour)}>
            <Icon aria-hidden className="size-4 shrink-0" /> {words}
          </span>
        </Fact>
        {redis.version !== null && <Fact name="Version">{redis.version}</Fact>}
        {redis.used_bytes !== null && (
          <Fact name="Memory">
            {bytesOf(redis.used_bytes)}
            <span className="text-muted-foreground">
              {redis.max_bytes === null ? 'no limit' : `of ${bytesOf(redis.max_bytes)}`}
            </span>
          </Fact>
        )}
        {redis.servers > 1 && <Fact name="Masters">{redis.servers}</Fact>}
      </Facts>
    </Section>
  );
}
