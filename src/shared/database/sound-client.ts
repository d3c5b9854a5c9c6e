import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import pg from 'pg';
import type { ClientOptions } from './client-options.js';
import { type Session, sessionCheck, sessionSetup, type SessionSettings, type SessionState } from './session.js';
import { LostSession, ReadOnlyServer } from './unavailable.js';

export interface SoundClientConfig extends ClientOptions {
  /** Session settings in addition to the common ones. */
  readonly requiredSettings?: SessionSettings;
  /** Whether the server may be one that accepts no writes. */
  readonly isForReading?: boolean;
}

/** Parts of node-postgres that its types leave out. */
interface Internals {
  readonly connectionParameters: { replication?: string; options?: string };
  readonly connection: NodeJS.EventEmitter & {
    readonly stream: Socket;
    connect(port: number, host: string): void;
    attachListeners(stream: Socket): void;
  };
}

type QueryCallback = (error: Error | null | undefined, result?: unknown) => void;

/** Every client of a SoundPool is a SoundClient, because the pool creates them. */
export function sound(client: pg.ClientBase): SoundClient {
  return client as unknown as SoundClient;
}

/** A connection that reports its errors to `onFailure`. */
export class SoundClient extends pg.Client {
  isGivenUp = false;
  onFailure: (error: unknown) => void = () => undefined;
  private readonly session: Session;
  private readonly isForReading: boolean;

  constructor(config: SoundClientConfig) {
    super(config);
    // No option overrides PGREPLICATION, and an empty one does not override PGOPTIONS.
    const { connectionParameters } = this.internals;
    delete connectionParameters.replication;
    delete connectionParameters.options;
    this.session = { mark: randomUUID(), given: config.givenSettings, required: config.requiredSettings ?? {} };
    this.isForReading = config.isForReading ?? false;
    if (config.tls?.isOptional) this.acceptServerWithoutTls();
    // The pool listens to idle connections alone, and an error without a listener would end the process. Whoever has
    // this connection fails with their statement, this one or the next.
    this.on('error', () => undefined);
  }

  /**
   * Sets up the session of a new connection, and checks it in a second transaction, so that the hot path has no cost.
   *
   * @throws ReadOnlyServer, LostSession
   */
  async setUpSession(): Promise<void> {
    await super.query(sessionSetup(this.session));
    await this.assertSession();
  }

  /**
   * @throws ReadOnlyServer; LostSession if a pooler has put this connection on another session
   */
  async assertSession(): Promise<void> {
    const { rows } = await super.query<SessionState>(sessionCheck(this.session));
    const [state] = rows;
    if (state?.is_read_only && !this.isForReading) throw new ReadOnlyServer();
    if (state?.is_own !== true) throw new LostSession('another session answers');
    if (state.wrong !== null) throw new LostSession(state.wrong);
  }

  get isInTransaction(): boolean {
    return !['I', null].includes(this.getTransactionStatus());
  }

  override query(...args: unknown[]): never {
    const query = super.query.bind(this) as unknown as (...given: unknown[]) => unknown;
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      const report: QueryCallback = (error, result) => {
        if (error) this.onFailure(error);
        (callback as QueryCallback)(error, result);
      };
      return query(...args.slice(0, -1), report) as never;
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

  /** Ends the client, so that the pool does not take it back. */
  endNow(): void {
    void this.end();
    this.cut();
  }

  /** Closes the socket without a goodbye message, which could block if the peer is gone. */
  cut(): void {
    this.internals.connection.stream.destroy();
  }

  /** node-postgres has no `sslmode=prefer`: it fails if the server does not offer TLS. This continues without it. */
  private acceptServerWithoutTls(): void {
    const { connection } = this.internals;
    const connect = connection.connect.bind(connection);
    connection.connect = (...address) => {
      connect(...address);
      const { stream } = connection;
      const listeners = stream.listeners('data') as ((answer: Buffer) => void)[];
      stream.removeAllListeners('data');
      stream.once('data', (answer: Buffer) => {
        if (answer.toString() !== 'N') {
          for (const listen of listeners) listen(answer);
          return;
        }
        connection.attachListeners(stream);
        // The handshake is over, and the start-up message follows, as it would after TLS.
        connection.emit('sslconnect');
      });
    };
  }

  private get internals(): Internals {
    return this as unknown as Internals;
  }
}
