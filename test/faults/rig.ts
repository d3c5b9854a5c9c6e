import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import { freePort } from '../../src/local/local-server.js';
import { ApiClient, type SubscriptionInput } from '../support/api-client.js';
import { builtFile } from '../support/built-file.js';
import { IMPATIENT } from '../support/fast-settings.js';
import { FaultyPostgres } from '../support/faulty-postgres.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { NameServer } from '../support/name-server.js';
import { mountDisk, unmountDisk } from './disk.js';
import { now } from './child.js';
import type { RedisUse, Stop } from './evidence.js';
import type { Ground } from './ground.js';
import { Publisher } from './publisher.js';
import { Receiver } from './receiver.js';
import { ServiceSlot } from './service-slot.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Watch } from './watch.js';

/** Running rigs, to be stopped however the program ends. */
const up = new Set<Rig>();

/** Stops every running rig. */
export async function stopRigs(): Promise<void> {
  await Promise.all([...up].map((rig) => rig.stop()));
}

/** The paths of the subscriptions that get the load of every fault. */
const LOAD_PATHS = ['/r0', '/r1', '/r2'];
const LOAD_TYPE = 'faults.event';
const LOAD_PATH = `/webhooks/${LOAD_TYPE}`;

/** Retries that outlast a restart, and a lease that a busy machine does not exceed by itself. */
const SETTINGS = {
  ...IMPATIENT,
  INITIAL_RETRY_INTERVAL: '0.2',
  LEASE_GRACE: '4',
  DUE_SCAN_INTERVAL: '0.25',
  MAX_RETRIES: '8',
  SHUTDOWN_TIMEOUT: '30',
};
export const TIMEOUT_SECONDS = Number(SETTINGS.WEBHOOK_TIMEOUT);
export const LEASE_SECONDS = TIMEOUT_SECONDS + Number(SETTINGS.LEASE_GRACE);
const QUEUE_PREFIX = 'faults';

interface Load {
  /** The path it is posted to; that of the load subscriptions unless given. */
  readonly path?: string;
  readonly events: number;
  readonly perSecond: number;
  readonly insists?: boolean;
}

interface Parts {
  readonly postgres: FaultyPostgres;
  readonly redis: FaultyRedis;
  readonly redisProxy: TcpProxy | null;
  readonly postgresProxy: TcpProxy | null;
  readonly receiver: Receiver;
  readonly publisher: Publisher;
  readonly nameServer: NameServer;
  readonly directory: string;
  readonly seed: number;
}

/**
 * Everything that a fault harms: PostgreSQL, Redis, an API, two workers, a receiver and a publisher, each a process.
 */
export class Rig {
  readonly secrets: string[] = [];
  /** Public ids of the subscriptions that get an event posted to a path. */
  readonly wanting = new Map<string, string[]>();
  /** When processes were stopped by force: what was in flight then may be delivered twice. */
  readonly stops: Stop[] = [];
  private readonly pool: Pool;
  readonly watch: Watch;

  private constructor(
    private readonly parts: Parts,
    readonly api: ServiceSlot,
    readonly workers: readonly ServiceSlot[],
  ) {
    this.pool = new Pool({
      ...{ connectionString: parts.postgres.url, max: 2, application_name: 'fault-rig' },
      ...{ connectionTimeoutMillis: 30_000, query_timeout: 20_000 },
    });
    this.pool.on('error', () => undefined);
    this.watch = new Watch({ ...parts, database: this.pool, api, workers });
  }

  static async start(seed: number, ground: Ground = {}): Promise<Rig> {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-faults-'));
    // PostgreSQL may have to run as another user, which must be able to reach its data.
    await chmod(directory, 0o755);
    const disk = join(directory, 'disk');
    await mkdir(disk);
    if (ground.diskMb !== undefined) await mountDisk(disk, ground.diskMb);
    const [postgres, redis, receiver, publisher, nameServer] = await Promise.all([
      FaultyPostgres.start({ directory: join(disk, 'postgres'), settings: ground.postgresSettings ?? {} }),
      // The log of slow commands would count as memory that is not returned.
      FaultyRedis.start({ 'slowlog-log-slower-than': '-1' }),
      Receiver.start(seed, ground.receiverAddress),
      Publisher.start(),
      NameServer.start(),
    ]);
    const redisProxy = ground.hasRedisProxy ? await TcpProxy.start(Number(new URL(redis.url).port)) : null;
    const postgresProxy = ground.hasPostgresProxy ? await TcpProxy.start(Number(new URL(postgres.url).port)) : null;
    const secret = randomBytes(32).toString('hex');
    const settings = {
      ...SETTINGS,
      DATABASE_URL: postgresProxy === null ? postgres.url : throughPort(postgres.url, postgresProxy.port),
      REDIS_URL: redisProxy?.url ?? redis.url,
      QUEUE_PREFIX,
      ENCRYPTION_KEY: secret,
      DNS_SERVERS: nameServer.address,
      ...ground.settings,
    };
    const preloads = (ground.preloads ?? []).map((name) => builtFile(`test/faults/preloads/${name}.js`));
    const api = new ServiceSlot('api', {
      entry: ground.isApiAlsoWorker ? 'main' : 'main.api',
      settings: { ...settings, PORT: `${await freePort()}` },
      preloads,
    });
    const workers = [0, 1].map(
      (n) =>
        new ServiceSlot(`worker ${n + 1}`, {
          entry: 'main.worker',
          settings: { ...settings, ...ground.workers?.[n] },
          preloads,
        }),
    );
    const rig = new Rig(
      { postgres, redis, redisProxy, postgresProxy, receiver, publisher, nameServer, directory, seed },
      api,
      workers,
    );
    up.add(rig);
    rig.secrets.push(secret, new URL(postgres.url).password);
    try {
      await Promise.all([api.start(), ...workers.map((worker) => worker.start())]);
      return rig;
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  get postgres(): FaultyPostgres {
    return this.parts.postgres;
  }

  get redis(): FaultyRedis {
    return this.parts.redis;
  }

  get redisProxy(): TcpProxy {
    if (this.parts.redisProxy === null) throw new Error('This ground has no proxy before Redis');
    return this.parts.redisProxy;
  }

  get postgresProxy(): TcpProxy {
    if (this.parts.postgresProxy === null) throw new Error('This ground has no proxy before PostgreSQL');
    return this.parts.postgresProxy;
  }

  get receiver(): Receiver {
    return this.parts.receiver;
  }

  /** The directory of PostgreSQL's data; a file system of its own where the ground says so. */
  get disk(): string {
    return join(this.directory, 'disk');
  }

  get publisher(): Publisher {
    return this.parts.publisher;
  }

  /** Resolves the names of targets for the processes. */
  get nameServer(): NameServer {
    return this.parts.nameServer;
  }

  get seed(): number {
    return this.parts.seed;
  }

  get directory(): string {
    return this.parts.directory;
  }

  get database(): Pool {
    return this.pool;
  }

  /** The processes that must run for a delivery to end. */
  get pids(): readonly number[] {
    const running = this.slots.filter(({ isRunning }) => isRunning).map(({ pid }) => pid);
    return [...running, this.receiver.pid, this.postgres.pid, this.redis.pid];
  }

  get slots(): readonly ServiceSlot[] {
    return [this.api, ...this.workers];
  }

  /** Valid for the whole run, because the API keeps its port across restarts. */
  get client(): ApiClient {
    return new ApiClient(this.api.url, { validate: false });
  }

  /** The three subscriptions of the load. */
  async subscribeLoad(): Promise<void> {
    for (const path of LOAD_PATHS) await this.subscribe(path, 'ok', { event_type: LOAD_TYPE });
  }

  /** Makes the receivers of the load answer by chance from now on. */
  async answerByChance(): Promise<void> {
    for (const path of LOAD_PATHS) await this.receiver.behave(path, 'chance');
  }

  /** @returns the id of the subscription */
  async subscribe(path: string, behaviour: string, input: Partial<SubscriptionInput> = {}): Promise<string> {
    await this.receiver.behave(path, behaviour);
    const eventType = input.event_type ?? `only${path.replaceAll('/', '.')}`;
    const { id, secret } = await this.client.createSubscription({
      target_url: this.receiver.url(path),
      ...input,
      event_type: eventType,
    });
    await this.receiver.knowSecret(path, secret);
    this.secrets.push(secret.replace('whsec_', ''));
    this.wanting.set(`/ingest/${id}`, [id]);
    const broadcast = `/webhooks/${eventType}`;
    this.wanting.set(broadcast, [...(this.wanting.get(broadcast) ?? []), id]);
    return id;
  }

  /** Begins to publish; ends by `publisher.finish(name)`. */
  async beginLoad(name: string, load: Load): Promise<void> {
    const { path = LOAD_PATH, insists = false, events, perSecond } = load;
    await this.publisher.begin({ name, url: this.api.url, path, seed: this.seed, events, perSecond, insists });
  }

  /** Publishes exactly that many events and returns when they are answered. */
  async publish(name: string, load: Load): Promise<void> {
    await this.beginLoad(name, load);
    await this.publisher.finish(name);
  }

  /** Harm that ends processes by force: what they had in flight may be delivered twice. */
  ending<T>(harm: () => Promise<T>): Promise<T> {
    return this.noteStop(true, harm);
  }

  /** Harm that keeps processes from recording while it lasts: what was in flight may be recorded too late. */
  holding<T>(harm: () => Promise<T>): Promise<T> {
    return this.noteStop(false, harm);
  }

  private async noteStop<T>(isDeath: boolean, harm: () => Promise<T>): Promise<T> {
    const beganAt = now();
    const outcome = await harm();
    this.stops.push({ beganAt, endedAt: now(), isDeath });
    return outcome;
  }

  /** The jobs in Redis, and the memory of Redis itself, its scripts and its keys. */
  async redisUse(): Promise<RedisUse> {
    const name = `${QUEUE_PREFIX}:deliveries`;
    const lists = await Promise.all(
      ['wait', 'active', 'paused'].map((list) => this.redis.command('LRANGE', `${name}:${list}`, '0', '-1')),
    );
    const sets = await Promise.all(
      ['delayed', 'completed', 'failed'].map((set) => this.redis.command('ZRANGE', `${name}:${set}`, '0', '-1')),
    );
    const keys = (await this.redis.command('KEYS', `${name}:*`)) as string[];
    const info = String(await this.redis.command('INFO', 'memory'));
    const bytes = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
    const queued = [...lists, ...sets].flat().map((id) => `job ${String(id)} in a list`);
    return {
      jobs: [...queued, ...keys.filter((key) => /:\d+$/.test(key))],
      // Not used_memory: it moves with the buffers of the clients, and not all of those count as client memory.
      usedBytes: bytes('used_memory_startup') + bytes('used_memory_scripts') + (await this.storedBytes()),
    };
  }

  /** The memory of all keys in Redis. */
  private async storedBytes(): Promise<number> {
    const keys = (await this.redis.command('KEYS', '*')) as string[];
    const sizes = await Promise.all(keys.map((key) => this.redis.command('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
    return sizes.reduce<number>((sum, size) => sum + Number(size ?? 0), 0);
  }

  /** Ends everything, whatever its state. */
  async stop(): Promise<void> {
    if (!up.delete(this)) return;
    this.watch.stop();
    this.parts.postgres.thaw();
    for (const slot of this.slots) if (slot.isRunning) slot.thaw();
    await Promise.allSettled(this.slots.map((slot) => slot.kill()));
    this.parts.receiver.stop();
    this.parts.publisher.stop();
    await Promise.all([this.parts.redisProxy?.stop(), this.parts.postgresProxy?.stop()]);
    await this.parts.nameServer.close();
    await this.pool.end();
    await Promise.allSettled([this.parts.redis.stop(), this.parts.postgres.stop()]);
    await unmountDisk(this.disk);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Waits that long: the duration of a fault, not a wait for something to happen. */
  async pause(seconds: number): Promise<void> {
    await delay(seconds * 1000);
  }
}

function throughPort(url: string, port: number): string {
  return Object.assign(new URL(url), { port: `${port}` }).href;
}
