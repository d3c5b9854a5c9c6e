import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { startLocalRedis } from '../../src/local/local-redis.js';
import type { LocalServer } from '../../src/local/local-server.js';
import type { LoadReport } from './load.main.js';
import { CpuMeter, type Part, percentiles, type Result } from './measure.js';
import { Receiver, runLoad, Service } from './processes.js';

const BODY_BYTES = 1000;
const DRAIN_TIMEOUT_MS = 120_000;
const LOAD_TIMEOUT_MS = 120_000;

export interface LoadShape {
  readonly paths: readonly string[];
  readonly requests: number;
  readonly rate?: number;
  readonly connections?: number;
}

/** Everything a scenario runs on: PostgreSQL, Redis, an API, a worker and a receiver, each a process of its own. */
export class Bed {
  private constructor(
    private readonly servers: { readonly postgres: LocalServer; readonly redis: LocalServer },
    private readonly services: { readonly api: Service; readonly worker: Service },
    readonly receiver: Receiver,
    private readonly database: Client,
  ) {}

  /** @param withStatements lets PostgreSQL count each statement, which costs it something */
  static async make(given: Record<string, string> = {}, withStatements = false): Promise<Bed> {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-bench-'));
    const postgres = await startEmbeddedPostgres({
      directory,
      isTemporary: true,
      settings: {
        shared_buffers: '512MB',
        ...(withStatements && { shared_preload_libraries: 'pg_stat_statements' }),
      },
    });
    const redis = await startLocalRedis({ directory, port: 'free' });
    if (redis === null) throw new Error('The bench needs redis-server or valkey-server on PATH.');
    const settings = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      ALLOWED_TARGET_CIDRS: '127.0.0.0/8',
      LOG_LEVEL: 'info',
      ...given,
    };
    const receiver = await Receiver.start();
    const api = await Service.start('main.api', directory, settings);
    const worker = await Service.start('main.worker', directory, settings);
    const database = new Client({ connectionString: postgres.url });
    await database.connect();
    if (withStatements) await database.query('create extension pg_stat_statements');
    return new Bed({ postgres, redis }, { api, worker }, receiver, database);
  }

  get bodyBytes(): number {
    return BODY_BYTES;
  }

  /** @returns the paths to publish to, and the ids of the subscriptions */
  async subscribe(count: number, input: object = {}): Promise<{ paths: string[]; ids: string[]; targets: string[] }> {
    const secrets: Record<string, string> = {};
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const path = `/r${n}`;
      const body = { target_url: this.receiver.url(path), event_type: 'bench.event', max_in_flight: 200, ...input };
      const answer = await this.call('POST', '/subscriptions', body);
      const { id, secret } = (await answer.json()) as { id: string; secret: string };
      ids.push(id);
      secrets[path] = secret;
    }
    await this.receiver.reset(secrets);
    return { paths: ids.map((id) => `/ingest/${id}`), ids, targets: Object.keys(secrets) };
  }

  call(method: string, path: string, body?: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(this.services.api.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  }

  load({ paths, requests, rate = 0, connections = 192 }: LoadShape): Promise<LoadReport> {
    const port = Number(new URL(this.services.api.url).port);
    const timeoutMs = LOAD_TIMEOUT_MS + (rate > 0 ? (requests / rate) * 1000 : 0);
    return runLoad({ port, paths, requests, rate, connections, bodyBytes: BODY_BYTES }, timeoutMs);
  }

  /** Waits until the receiver has had so many requests: asking the database meanwhile would cost what is measured. */
  private async received(count: number): Promise<void> {
    const deadline = performance.now() + DRAIN_TIMEOUT_MS;
    while (performance.now() < deadline && (await this.receiver.count()) < count) await delay(20);
  }

  /** Waits until no delivery is open. */
  async drained(timeoutMs = DRAIN_TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      if ((await this.open()) === 0) return;
      await delay(20);
    }
    throw new Error(`${await this.open()} deliveries are still open after ${timeoutMs} ms`);
  }

  /** Deliveries that are open, at most 1000 of them counted. */
  async open(): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(
      'select count(*)::int as count from (select 1 from open_deliveries limit 1000) o',
    );
    return rows[0]!.count;
  }

  meter(): CpuMeter {
    const pids: Record<Part, number> = {
      api: this.services.api.pid,
      worker: this.services.worker.pid,
      postgres: this.servers.postgres.pid,
      redis: this.servers.redis.pid,
    };
    return new CpuMeter(pids);
  }

  query<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>(statement, values).then(({ rows }) => rows);
  }

  /** What PostgreSQL did since the last reset, the most costly statement first. Only with statements. */
  statements(): Promise<StatementCost[]> {
    return this.query(`select regexp_replace(left(query, 400), '\\s+', ' ', 'g') as text, calls::int, rows::int,
        round(total_exec_time)::int as total_ms, wal_bytes::bigint::float8 as wal_bytes, wal_fpi::int as full_pages
      from pg_stat_statements where calls > 2 order by total_exec_time desc limit 14`);
  }

  async resetStatements(): Promise<void> {
    await this.query('select pg_stat_statements_reset()');
  }

  /** Runs a load to the recording of its last delivery and measures it. */
  async measure(scenario: string, yardstickUs: number, shape: LoadShape, perRequest = 1): Promise<Result> {
    const meter = this.meter();
    const startedAt = performance.now();
    const load = await this.load(shape);
    const deliveries = load.accepted * perRequest;
    await this.received(deliveries);
    await this.drained();
    const seconds = (performance.now() - startedAt) / 1000;
    const cpu = meter.usPerDelivery(deliveries);
    const report = await this.receiver.report();
    if (load.refused > 0) throw new Error(`${load.refused} requests were refused`);
    if (report.wrongSignatures > 0) throw new Error(`${report.wrongSignatures} signatures were wrong`);
    if (report.received !== deliveries) throw new Error(`${report.received} of ${deliveries} deliveries were received`);
    return {
      scenario,
      deliveries_per_second: Math.round(deliveries / seconds),
      cpu_us_per_delivery: cpu,
      yardstick_us: yardstickUs,
      ingest_ms: percentiles(load.latenciesMs),
      end_to_end_ms: percentiles(endToEnd(load, report.times)),
      rss_mb: meter.rssMb(),
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.services.api.stop(), this.services.worker.stop()]);
    this.receiver.stop();
    await this.database.end();
    await Promise.all([this.servers.postgres.stop(), this.servers.redis.stop()]);
  }
}

export interface StatementCost {
  readonly text: string;
  readonly calls: number;
  readonly rows: number;
  readonly total_ms: number;
  readonly wal_bytes: number;
  readonly full_pages: number;
}

/** Milliseconds from the answer to the publisher to the first receipt; 0 when the receiver was faster. */
function endToEnd(load: LoadReport, times: readonly (readonly [key: string, atMs: number])[]): number[] {
  const accepted = new Map(load.times);
  return times.flatMap(([key, atMs]) => {
    const acceptedAt = accepted.get(key.slice(0, key.indexOf('/')));
    return acceptedAt === undefined ? [] : [Math.max(0, atMs - acceptedAt)];
  });
}
