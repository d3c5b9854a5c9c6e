import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startLocalRedis } from '../../src/local/local-redis.js';
import { type LocalServer, until } from '../../src/local/local-server.js';
import { begin } from '../bench/begin.js';
import type { Cleanup } from '../bench/cleanup.js';
import { HERE } from '../bench/layout.js';
import { cpuMs, rssMb } from '../bench/process-cost.js';
import { startProcess } from '../bench/service.js';
import { makeToken } from '../support/make-token.js';
import { startPreparedPostgres } from '../support/prepared-postgres.js';
import { type Cores, pin } from './cores.js';
import type { Load, Observation } from './observation.js';
import { OwnReceiver } from './own-receiver.js';
import { Publisher } from './publisher.js';
import { type Part, PARTS, type Shape } from './units.js';

const DRAIN_TIMEOUT_MS = 120_000;
/** Retries come soon, so that a run sees them. Their cost does not depend on the wait. */
const SETTINGS = {
  ALLOWED_TARGET_CIDRS: '127.0.0.0/8',
  INITIAL_RETRY_INTERVAL: '1',
  MAX_RETRY_INTERVAL: '1',
  SHUTDOWN_DRAIN: '0',
};
/** Without checkpoints, which would write whole pages into the WAL of some loads and not of others. */
const POSTGRES_SETTINGS = { shared_buffers: '512MB', checkpoint_timeout: '1h', max_wal_size: '8GB' };
const ENTRIES = { together: { service: 'main' }, apart: { api: 'main.api', worker: 'main.worker' } } as const;
const MAX_IN_FLIGHT = 200;
/** Subscriptions that a load is spread over, or its fan-out if that is more. */
const SUBSCRIPTIONS = 20;
const CALLS_AT_ONCE = 8;

interface Running {
  readonly postgres: LocalServer;
  readonly redis: LocalServer;
  readonly database: Client;
  readonly redisClient: Redis;
  readonly receiver: OwnReceiver;
  readonly publisher: Publisher;
}

export interface RigOptions {
  readonly shape: Shape;
  /** Number of processes of each kind. */
  readonly processes: number;
  readonly cores: Cores | null;
}

/** The service with its servers, on cores of their own, and a publisher and a receiver in this process. */
export class Rig {
  private constructor(
    private readonly options: RigOptions,
    private readonly apiKey: string,
    private readonly apiUrl: string,
    private readonly pids: Partial<Record<Part, readonly number[]>>,
    private readonly running: Running,
  ) {}

  static async start(cleanup: Cleanup, options: RigOptions): Promise<Rig> {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-capacity-'));
    await cleanup.add(() => rm(directory, { recursive: true, force: true }));
    const postgres = await begin(
      cleanup,
      startPreparedPostgres({ directory, isTemporary: true, settings: POSTGRES_SETTINGS }),
    );
    const redis = await begin(cleanup, startLocalRedis({ directory, port: 'free' }));
    if (redis === null) throw new Error('Measuring needs redis-server or valkey-server on PATH: install one of them.');
    const { cores } = options;
    if (cores !== null) await Promise.all([postgres.pid, redis.pid].map((pid) => pin(pid, cores.measured)));
    const apiKey = makeToken();
    const settings = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, BOOTSTRAP_API_KEY: apiKey, ...SETTINGS };
    const pids: Partial<Record<Part, number[]>> = { postgres: [postgres.pid], redis: [redis.pid] };
    const urls: string[] = [];
    for (const [part, entry] of Object.entries(ENTRIES[options.shape])) {
      for (let n = 1; n <= options.processes; n += 1) {
        const service = { build: HERE, layout: 'one', directory, settings } as const;
        const { server, port } = await startProcess(entry, service, cleanup);
        if (cores !== null) await pin(server.pid, cores.measured);
        (pids[part as Part] ??= []).push(server.pid);
        if (part !== 'worker') urls.push(`http://127.0.0.1:${port}`);
      }
    }
    const running = { postgres, redis, ...(await connect({ postgres, redis, urls, apiKey }, cleanup)) };
    return new Rig(options, apiKey, urls[0]!, pids, running);
  }

  /** Runs a load until its last delivery is recorded. @throws if an event is refused, or a delivery is lost */
  async run(load: Load): Promise<Observation> {
    const paths = await this.subscribe(load.fanout);
    await this.runOnce({ ...load, seconds: Math.min(3, load.seconds), failEvery: 0 }, paths);
    return this.runOnce(load, paths);
  }

  /** Mean bytes of the receiver's answers that the attempts keep. */
  async keptBytes(): Promise<number> {
    const { rows } = await this.running.database.query<{ mean: number }>(
      `select avg(octet_length(coalesce(response_headers, '')) + coalesce(octet_length(response_body), 0))::float8
        as mean from attempts`,
    );
    return rows[0]!.mean;
  }

  async redisConnections(): Promise<number> {
    const clients = (await this.running.redisClient.client('LIST')) as string;
    return clients.trim().split('\n').length - 1;
  }

  private async runOnce(load: Load, paths: readonly string[]): Promise<Observation> {
    const { receiver, publisher } = this.running;
    const { eventsPerSecond, fanout, payloadBytes, failEvery, seconds } = load;
    const events = Math.round(eventsPerSecond * seconds);
    const deliveries = events * fanout;
    receiver.reset(failEvery);
    const before = await this.read();
    const startedAt = performance.now();
    await publisher.publish({ paths, payloadBytes, eventsPerSecond, events });
    // What follows is mostly waiting for the last retries.
    const publishing = (performance.now() - startedAt) / 1000;
    await this.drained(deliveries);
    const after = await this.read();
    const { attempts } = receiver;
    const retries = failEvery === 0 ? 0 : Math.floor(deliveries / failEvery);
    if (attempts !== deliveries + retries) {
      throw new Error(`${deliveries + retries} attempts were due, and the receiver got ${attempts}`);
    }
    const network = receiver.bytesSinceReset();
    return {
      load,
      shape: this.options.shape,
      processes: this.options.processes,
      totals: { seconds: publishing, events, deliveries, retries, payloadBytes },
      cpuSeconds: difference(after.cpu, before.cpu),
      bytes: difference(after.bytes, before.bytes),
      network,
      memoryMb: this.memoryMb(),
    };
  }

  private async subscribe(fanout: number): Promise<string[]> {
    const types = Array.from({ length: Math.max(1, Math.ceil(SUBSCRIPTIONS / fanout)) }, (_, n) => `f${fanout}.n${n}`);
    const wanted = types.flatMap((type) => Array.from({ length: fanout }, (_, n) => `${type}/${n}`));
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.apiKey}` };
    const listed = await fetch(`${this.apiUrl}/subscriptions?event_type=${types[0]}`, { headers });
    if (((await listed.json()) as { data?: unknown[] }).data?.length === fanout) return types.map(pathOf);
    let next = 0;
    const make = async (): Promise<void> => {
      for (let n = next++; n < wanted.length; n = next++) {
        const place = wanted[n]!;
        const body = {
          target_url: `${this.running.receiver.origin}/${place}`,
          event_type: place.slice(0, place.indexOf('/')),
          max_in_flight: MAX_IN_FLIGHT,
        };
        const answer = await fetch(`${this.apiUrl}/subscriptions`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`No subscription was created: ${answer.status} ${await answer.text()}`);
      }
    };
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, make));
    return types.map(pathOf);
  }

  /** Asks the database only once the receiver has got everything, because questions would affect the measurement. */
  private async drained(deliveries: number): Promise<void> {
    const { receiver, database } = this.running;
    const hasAll = await until(() => receiver.delivered >= deliveries, DRAIN_TIMEOUT_MS);
    const isRecorded = async (): Promise<boolean> => {
      const { rows } = await database.query<{ open: boolean }>('select exists (select from open_deliveries) as open');
      return rows[0]?.open === false;
    };
    if (hasAll && (await until(isRecorded, DRAIN_TIMEOUT_MS))) return;
    throw new Error(`Of ${deliveries} deliveries, ${receiver.delivered} have arrived, or some are still open`);
  }

  private async read() {
    const { rows } =
      await this.running.database.query<Record<'wal' | 'events' | 'deliveries' | 'attempts', number>>(SIZES);
    const cpu: Partial<Record<Part, number>> = {};
    for (const part of PARTS) {
      const pids = this.pids[part];
      if (pids) cpu[part] = pids.reduce((sum, pid) => sum + cpuMs(pid), 0) / 1000;
    }
    return { cpu, bytes: rows[0]! };
  }

  private memoryMb(): number {
    const pids = [...(this.pids.service ?? []), ...(this.pids.api ?? []), ...(this.pids.worker ?? [])];
    return Math.max(...pids.map(rssMb));
  }
}

const pathOf = (type: string): string => `/webhooks/${type}`;

const sizeOf = (table: string): string =>
  `(select coalesce(sum(pg_total_relation_size(inhrelid)), 0) from pg_inherits
    where inhparent = '${table}'::regclass)::float8 as ${table}`;

const SIZES = `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal, ${sizeOf('events')},
  ${sizeOf('deliveries')}, ${sizeOf('attempts')}`;

function difference<Name extends string>(
  after: Partial<Record<Name, number>>,
  before: Partial<Record<Name, number>>,
): Partial<Record<Name, number>> {
  const names = Object.keys(after) as Name[];
  return Object.fromEntries(names.map((name) => [name, after[name]! - before[name]!])) as Partial<Record<Name, number>>;
}

async function connect(
  { postgres, redis, urls, apiKey }: { postgres: LocalServer; redis: LocalServer; urls: string[]; apiKey: string },
  cleanup: Cleanup,
): Promise<Pick<Running, 'database' | 'redisClient' | 'receiver' | 'publisher'>> {
  const receiver = await OwnReceiver.start();
  await cleanup.add(() => receiver.stop());
  const publisher = new Publisher(urls, apiKey);
  await cleanup.add(() => publisher.close());
  const database = new Client({ connectionString: postgres.url });
  database.on('error', () => undefined);
  await database.connect();
  await cleanup.add(() => database.end());
  const redisClient = new Redis(redis.url);
  redisClient.on('error', () => undefined);
  await cleanup.add(() => {
    redisClient.disconnect();
    return Promise.resolve();
  });
  return { receiver, publisher, database, redisClient };
}
