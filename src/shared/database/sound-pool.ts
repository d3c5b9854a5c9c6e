import pg from 'pg';
import { clientOptions } from './client-options.js';
import type { Connections, PoolUse } from './connections.js';
import type { SessionSettings } from './session.js';
import { sound, SoundClient, type SoundClientConfig } from './sound-client.js';
import { ConnectionFailed, fateOf } from './unavailable.js';

/** Maximum wait for a connection, in milliseconds; after that, the caller gets a 503. */
export const CONNECT_TIMEOUT_MS = 3000;
/** Maximum age of a connection: names and proxies may come to point elsewhere while the old server still answers. */
const MAX_AGE_SECONDS = 600;

export interface SoundPoolOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly size: number;
  /** Session settings in addition to the common ones. */
  readonly session?: SessionSettings;
  /** Maximum wait for the answer to a statement, in milliseconds; unlimited if omitted. */
  readonly queryTimeoutMs?: number;
  /** The connections of the process; if omitted, the pool acts alone. */
  readonly connections?: Connections;
  /** Whether the server may be one that accepts no writes. */
  readonly isForReading?: boolean;
}

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (unfit?: unknown) => void,
) => void;

/**
 * A pool that never lends a connection it knows to be unusable: one that broke, on which a statement timed out or a
 * transaction was left open, or whose server accepts no writes, unless it is for reading. Plain node-postgres would
 * reuse such connections.
 */
export class SoundPool extends pg.Pool {
  private readonly connections: Connections | undefined;
  private readonly name: string;
  /** Open connections; the value is true while a connection is in use. */
  private readonly lent = new Map<SoundClient, boolean>();

  constructor(options: SoundPoolOptions) {
    const { databaseUrl, applicationName, size, session = {}, queryTimeoutMs, connections, isForReading } = options;
    const config: pg.PoolConfig & SoundClientConfig & { onConnect: (client: pg.ClientBase) => Promise<void> } = {
      ...clientOptions(databaseUrl, applicationName),
      requiredSettings: session,
      isForReading: isForReading ?? false,
      max: size,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: queryTimeoutMs,
      maxLifetimeSeconds: MAX_AGE_SECONDS,
      Client: SoundClient as unknown as new () => pg.ClientBase,
      onConnect: (client) => sound(client).setUpSession(),
    };
    super(config);
    this.connections = connections;
    this.name = applicationName.replace('webhooks-', '');
    connections?.add(this);
    this.on('connect', (client) => {
      sound(client).onFailure = (error) => {
        this.handleFailure(sound(client), error);
      };
    });
    this.on('acquire', (client) => this.lent.set(sound(client), true));
    this.on('release', (_, client) => {
      this.lent.set(sound(client), false);
      // The pool removes a client that is ending.
      if (sound(client).isGivenUp || sound(client).isInTransaction) sound(client).endNow();
    });
    this.on('remove', (client) => this.lent.delete(sound(client)));
  }

  get use(): PoolUse {
    const { name, totalCount, idleCount, waitingCount, options } = this;
    return { name, max: options.max, used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** @throws ConnectionFailed for any reason */
  override connect(): Promise<pg.PoolClient>;
  override connect(lent: ConnectCallback): void;
  override connect(lent?: ConnectCallback): Promise<pg.PoolClient> | undefined {
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

  /**
   * Checks the session of one connection. If all are in use, does nothing, because statements prove them.
   *
   * @throws ConnectionFailed, LostSession, ReadOnlyServer
   */
  async assertSession(): Promise<void> {
    if (this.idleCount === 0 && this.totalCount > 0) return;
    const client = await this.connect();
    try {
      await sound(client).assertSession();
    } catch (error) {
      this.handleFailure(sound(client), error);
      throw error;
    } finally {
      client.release();
    }
  }

  /** @returns the number of connections given up */
  giveUpAll(): number {
    const open = [...this.lent].filter(([client]) => !client.isGivenUp);
    for (const [client, isLent] of open) {
      client.isGivenUp = true;
      if (!isLent) this.discardIdle(client);
    }
    return open.length;
  }

  /** Also breaks connections in use, so that what waits for an answer on them fails at once. */
  cutAll(): void {
    this.giveUpAll();
    for (const client of this.lent.keys()) client.cut();
  }

  private handleFailure(client: SoundClient, error: unknown): void {
    const fate = fateOf(error);
    if (fate === 'sound' || client.isGivenUp) return;
    client.isGivenUp = true;
    // Further statements of its user, such as ROLLBACK, then fail at once instead of after another timeout.
    client.cut();
    if (fate !== 'all are suspect') return;
    if (this.connections === undefined) this.giveUpAll();
    else this.connections.giveUpAll(error);
  }

  private discardIdle(client: SoundClient): void {
    // Emulates a broken connection, which the pool removes at once.
    client.emit('error', new Error('The connection was given up'));
    client.cut();
  }
}
