import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { makeToken } from '../support/make-token.js';
import { startPreparedPostgres } from '../support/prepared-postgres.js';
import { startLocalRedis } from '../../src/local/local-redis.js';
import type { LocalServer } from '../../src/local/local-server.js';
import { begin } from './begin.js';
import { Receiver, type RunningLoad, startLoad } from './children.js';
import type { Cleanup } from './cleanup.js';
import { type Build, type Layout, PROCESSES } from './layout.js';
import type { LoadReport } from './load.main.js';
import { CpuMeter, memoryMb, type PerPart, type PidsOf } from './measure.js';
import { familyMb } from './process-cost.js';
import { type Sampler, sampleEvery } from './sampler.js';
import { type NodePart, Service } from './service.js';

/** The bench publishes with a key, as real publishers do. */
const API_KEY = makeToken();
const AUTHORIZATION = `Bearer ${API_KEY}`;
export const BODY_BYTES = 1000;
const EVENT_TYPE = 'bench.event';
const LOAD_TIMEOUT_MS = 120_000;
const CALL_TIMEOUT_MS = 30_000;
const QUERY_TIMEOUT_MS = 600_000;
const CALLS_AT_ONCE = 16;

export interface LoadShape {
  readonly paths: readonly string[];
  readonly requests: number;
  /** Requests per second. By default, as fast as responses arrive. */
  readonly rate?: number;
  readonly connections?: number;
  readonly method?: 'GET' | 'POST';
  /** Timeout, for a load that runs until it is stopped. */
  readonly timeoutMs?: number;
}

export interface Subscribed {
  readonly ids: readonly string[];
  /** Paths for publishing to each subscription. */
  readonly paths: readonly string[];
  /** Paths at the receiver. */
  readonly targets: readonly string[];
}

interface Running {
  readonly postgres: LocalServer;
  readonly redis: LocalServer;
  readonly service: Service;
  readonly receiver: Receiver;
  readonly database: Client;
  readonly redisClient: Redis;
}

interface BedOptions {
  readonly build: Build;
  readonly layout: Layout;
  /** Settings of the service, in addition to those of the bench. */
  readonly settings: Readonly<Record<string, string>>;
  /** Makes PostgreSQL count statements, which slows it down a little. */
  readonly withStatements: boolean;
}

/** The environment of a scenario: PostgreSQL, Redis, the service and a receiver, in processes of their own. */
export class Bed {
  private subscribed = 0;

  private constructor(
    private readonly cleanup: Cleanup,
    readonly layout: Layout,
    private readonly running: Running,
  ) {}

  static async make(cleanup: Cleanup, options: BedOptions): Promise<Bed> {
    const { build, layout, withStatements } = options;
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-bench-'));
    await cleanup.add(() => rm(directory, { recursive: true, force: true }));
    const postgres = await begin(
      cleanup,
      startPreparedPostgres({
        directory,
        isTemporary: true,
        settings: {
          shared_buffers: '512MB',
          ...(withStatements && { shared_preload_libraries: 'pg_stat_statements' }),
        },
      }),
    );
    const redis = await begin(cleanup, startLocalRedis({ directory, port: 'free' }));
    if (redis === null) throw new Error('The bench needs redis-server or valkey-server on PATH.');
    const settings = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      ALLOWED_TARGET_CIDRS: '127.0.0.0/8',
      BOOTSTRAP_API_KEY: API_KEY,
      LOG_LEVEL: 'info',
      ...options.settings,
    };
    const receiver = await Receiver.start(cleanup);
    const service = await Service.start({ build, layout, directory, settings }, cleanup);
    const database = new Client({ connectionString: postgres.url, query_timeout: QUERY_TIMEOUT_MS });
    database.on('error', () => undefined);
    await database.connect();
    await cleanup.add(() => database.end());
    const redisClient = new Redis(redis.url);
    redisClient.on('error', () => undefined);
    await cleanup.add(() => {
      redisClient.disconnect();
      return Promise.resolve();
    });
    if (withStatements) await database.query('create extension pg_stat_statements');
    return new Bed(cleanup, layout, { postgres, redis, service, receiver, database, redisClient });
  }

  get receiver(): Receiver {
    return this.running.receiver;
  }

  /** Of the API. */
  get url(): string {
    return this.running.service.url;
  }

  get databaseUrl(): string {
    return this.running.postgres.url;
  }

  get redis(): Redis {
    return this.running.redisClient;
  }

  /** Parts of the service, each with its number of processes that serve or deliver. */
  get nodeParts(): readonly (readonly [part: NodePart, processes: number])[] {
    const perProgram = this.layout === 'processes' ? PROCESSES : 1;
    return Object.entries(this.running.service.pids).map(([part, pids]) => {
      return [part as NodePart, pids.length * perProgram] as const;
    });
  }

  addWorker(): Promise<void> {
    return this.running.service.addWorker();
  }

  /** Creates subscriptions, each with a path of its own at the receiver. */
  async subscribe(count: number, input: object = {}): Promise<Subscribed> {
    const first = this.subscribed;
    this.subscribed += count;
    const targets = Array.from({ length: count }, (_, n) => `/r${first + n}`);
    const ids: string[] = [];
    const secrets: Record<string, string> = {};
    let next = 0;
    const make = async (): Promise<void> => {
      for (let n = next++; n < count; n = next++) {
        const path = targets[n]!;
        const body = { target_url: this.receiver.url(path), event_type: EVENT_TYPE, ...input };
        const answer = await this.call('POST', '/subscriptions', body);
        const { id, secret } = (await answer.json()) as { id: string; secret: string };
        ids[n] = id;
        secrets[path] = secret;
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, CALLS_AT_ONCE) }, make));
    await this.receiver.addSecrets(secrets);
    return { ids, paths: ids.map((id) => `/ingest/${id}`), targets };
  }

  async call(method: string, path: string, body?: object): Promise<Response> {
    const headers = { 'content-type': 'application/json', authorization: AUTHORIZATION };
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const content = body && { body: JSON.stringify(body) };
    const answer = await fetch(this.running.service.url + path, { method, headers, signal, ...content });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  startLoad(shape: LoadShape): Promise<RunningLoad> {
    const { paths, requests, rate = 0, connections = 192, method = 'POST' } = shape;
    const { timeoutMs = LOAD_TIMEOUT_MS + (rate > 0 ? (requests / rate) * 1000 : requests) } = shape;
    const port = Number(new URL(this.running.service.url).port);
    const order = {
      port,
      method,
      paths,
      requests,
      rate,
      connections,
      bodyBytes: BODY_BYTES,
      authorization: AUTHORIZATION,
    };
    return startLoad(order, timeoutMs, this.cleanup);
  }

  /** @throws if a request is refused */
  async load(shape: LoadShape): Promise<LoadReport> {
    return accepted(await (await this.startLoad(shape)).report);
  }

  /** Waits until no delivery is open or, with `attempted`, until each open delivery has had an attempt. */
  async settled(which: 'drained' | 'attempted', timeoutMs = 60_000): Promise<void> {
    const condition = which === 'drained' ? '' : 'where state = 1 or attempt_count = 0';
    const statement = `select exists (select from open_deliveries ${condition}) as exists`;
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      const [row] = await this.query<{ exists: boolean }>(statement);
      if (!row!.exists) return;
      await delay(25);
    }
    const [row] = await this.query<{ count: number }>('select count(*)::int as count from open_deliveries');
    throw new Error(`${row!.count} deliveries are still open after ${timeoutMs} ms`);
  }

  query<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return this.running.database.query<Row>(statement, values).then(({ rows }) => rows);
  }

  /** Takes samples at an interval, until the sampler is stopped or the bed is removed. */
  sampleEvery<T>(intervalMs: number, take: () => Promise<T> | T): Sampler<T> {
    const sampler = sampleEvery(intervalMs, take);
    this.cleanup.add(() => sampler.stop().catch(() => undefined)).catch(() => undefined);
    return sampler;
  }

  meter(): CpuMeter {
    return new CpuMeter(this.pids());
  }

  memoryMb(): PerPart {
    return memoryMb(this.pids());
  }

  /** Memory of PostgreSQL without its shared buffers, in MB. */
  backendsMb(): number {
    return familyMb(this.running.postgres.pid, 'own');
  }

  private pids(): PidsOf {
    const { service, postgres, redis } = this.running;
    return { ...service.pids, postgres: [postgres.pid], redis: [redis.pid] };
  }
}

/** @throws if a request was refused, because the measurement would then be worthless */
export function accepted(load: LoadReport): LoadReport {
  if (load.refused > 0) throw new Error(`${load.refused} requests were refused, the first one: ${load.firstRefusal}`);
  return load;
}
