import pg from 'pg';
import { clientOptions } from './client-options.js';
import type { Connections } from './connections.js';
import { ConnectionFailed, fateOf, ReadOnlyServer } from './unavailable.js';
import { sessionCheck, type SessionSettings, type SessionState } from './session.js';

/** How long a call waits for a connection before its caller gets a 503. */
export const CONNECT_TIMEOUT_MS = 3000;
/** However well it does: names and proxies lead elsewhere some day, and a server that was left may still answer. */
const MAX_AGE_SECONDS = 600;

export interface SoundPoolOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly size: number;
  /** What its sessions have beside what all have. */
  readonly session?: SessionSettings;
  /** How long its user waits for the answer to a statement; for ever unless given. */
  readonly queryTimeoutMs?: number;
  /** Those of the process; unless given, the pool is alone. */
  readonly connections?: Connections;
}

type Answered = (error: Error | null | undefined, result?: unknown) => void;
type Lent = (error: Error | undefined, client: pg.PoolClient | undefined, release: (unfit?: unknown) => void) => void;

/**
 * A pool that lends no connection that it knows to be useless: one that broke, on which a statement timed out or a
 * transaction was left open, or that leads to a server that takes no writes. node-postgres takes back whatever it gets.
 */
export class SoundPool extends pg.Pool {
  private readonly connections: Connections | undefined;
  /** Those that are open, and whether somebody has them. */
  private readonly lent = new Map<SoundClient, boolean>();

  constructor({ databaseUrl, applicationName, size, session = {}, queryTimeoutMs, connections }: SoundPoolOptions) {
    const config: pg.PoolConfig & { onConnect: (client: pg.ClientBase) => Promise<void> } = {
      ...clientOptions(databaseUrl, { applicationName, session }),
      max: size,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: queryTimeoutMs,
      maxLifetimeSeconds: MAX_AGE_SECONDS,
      Client: SoundClient as unknown as new () => pg.ClientBase,
      onConnect: (client) => assertFit(client, session),
    };
    super(config);
    this.connections = connections;
    connections?.add(this);
    this.on('connect', (client) => {
      sound(client).onFailure = (error) => {
        this.judge(sound(client), error);
      };
    });
    this.on('acquire', (client) => this.lent.set(sound(client), true));
    this.on('release', (_, client) => {
      this.lent.set(sound(client), false);
      // The pool removes what is ending.
      if (sound(client).isGivenUp || sound(client).isInTransaction) sound(client).leave();
    });
    this.on('remove', (client) => this.lent.delete(sound(client)));
  }

  /** @throws ConnectionFailed, whatever the reason */
  override connect(): Promise<pg.PoolClient>;
  override connect(lent: Lent): void;
  override connect(lent?: Lent): Promise<pg.PoolClient> | undefined {
    if (lent === undefined) {
      return super.connect().catch((error: unknown) => {
        throw new ConnectionFailed(error);
      });
    }
    super.connect((error, client, release) => {
      lent(error && new ConnectionFailed(error), client, release);
    });
    return undefined;
  }

  /** @returns how many it was */
  giveUpAll(): number {
    const open = [...this.lent].filter(([client]) => !client.isGivenUp);
    for (const [client, isLent] of open) {
      client.isGivenUp = true;
      if (!isLent) this.discardIdle(client);
    }
    return open.length;
  }

  private judge(client: SoundClient, error: unknown): void {
    const fate = fateOf(error);
    if (fate === 'sound' || client.isGivenUp) return;
    client.isGivenUp = true;
    // Whatever its user still wants of it, a ROLLBACK for instance, fails at once and not after another time-out.
    client.cut();
    if (fate !== 'all are suspect') return;
    if (this.connections === undefined) this.giveUpAll();
    else this.connections.giveUpAll(error);
  }

  private discardIdle(client: SoundClient): void {
    // As if it had broken: the pool takes it out at once.
    client.emit('error', new Error('The connection was given up'));
    client.cut();
  }
}

/** A new connection is asked once whether it is fit, and never again: the hot path pays nothing for it. */
async function assertFit(client: pg.ClientBase, session: SessionSettings): Promise<void> {
  const { rows } = await client.query<SessionState>(sessionCheck(session));
  const [state] = rows;
  if (state?.is_read_only) throw new ReadOnlyServer();
  if (state?.wrong !== null) {
    throw new Error(`A session does not get the settings that it was opened with: ${state?.wrong ?? 'no answer'}`);
  }
}

/** All clients of the pool are, since it makes them. */
function sound(client: pg.PoolClient): SoundClient {
  return client as unknown as SoundClient;
}

/** A connection that tells what went wrong on it. */
class SoundClient extends pg.Client {
  isGivenUp = false;
  onFailure: (error: unknown) => void = () => undefined;

  constructor(config: pg.ClientConfig) {
    super(config);
    // Of all that it takes from the environment, PGREPLICATION alone can't be contradicted in its options.
    delete (this as { connectionParameters?: { replication?: string } }).connectionParameters?.replication;
  }

  get isInTransaction(): boolean {
    return !['I', null].includes(this.getTransactionStatus());
  }

  override query(...args: unknown[]): never {
    const query = super.query.bind(this) as unknown as (...given: unknown[]) => unknown;
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      const tell: Answered = (error, result) => {
        if (error) this.onFailure(error);
        (callback as Answered)(error, result);
      };
      return query(...args.slice(0, -1), tell) as never;
    }
    const result = query(...args);
    if (result instanceof Promise) {
      return result.catch((error: unknown) => {
        this.onFailure(error);
        throw error;
      }) as never;
    }
    return result as never;
  }

  /** The pool takes no client back that is ending. */
  leave(): void {
    void this.end();
    this.cut();
  }

  /** Without a word to the other end, which may be gone: a farewell would wait for it. */
  cut(): void {
    (this as unknown as { connection: pg.Connection }).connection.stream.destroy();
  }
}
