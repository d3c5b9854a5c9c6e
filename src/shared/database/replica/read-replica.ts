import { setTimeout as delay } from 'node:timers/promises';
import type { OnApplicationShutdown } from '@nestjs/common';
import { type ClientBase, DatabaseError } from 'pg';
import { StartRefused } from '../../errors/start-refused.js';
import type { Logger } from '../../logging/logger.js';
import type { Clock } from '../../time/clock.js';
import { ConnectionShares } from '../api-connections.js';
import type { PoolUse } from '../connections.js';
import { QUERY_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from '../data-source.js';
import { refuseSharedSessions } from '../pooler-check.js';
import { inTransaction, lendFor, type Reading } from '../reading.js';
import { SoundPool } from '../sound-pool.js';
import { ConnectionFailed, fateOf, isDatabaseUnavailable, isTooSlow } from '../unavailable.js';
import { LOOK, placeOf, type PlaceRow } from './place.js';
import { PrimaryHistory, type Standing } from './primary-history.js';
import { type Finding, type ReplicaState, stateAfter } from './replica-state.js';

/** Less than a second, so that an answer without a time of its own is at most a second old. */
const LOOK_INTERVAL_MS = 500;
/** A replica that has not answered a look for this long counts as away. */
const PATIENCE_MS = 1000;
/** A replica that is well has what the primary had at the start after a few milliseconds. */
const FIRST_LOOKS = 10;
const FIRST_LOOK_INTERVAL_MS = 100;

export class OtherDatabase extends StartRefused {
  constructor(difference: string) {
    super(
      `DATABASE_READ_URL leads to another database than DATABASE_URL: ${difference}. It must lead to a streaming ` +
        'replica of the same server, and name the same database and schema. To read from the primary alone, remove it.',
    );
  }
}

/** The replica cannot be read at present, although it answers. */
class UnfitReplica extends Error {
  constructor(standing: Standing) {
    super(`The read replica cannot be read: ${standing.kind}`);
  }
}

interface ReplicaOptions {
  readonly url: string;
  /** Maximum readings at once. */
  readonly poolSize: number;
  readonly lagLimitMs: number;
  /** Runs a statement on the primary. */
  readonly askPrimary: (text: string) => Promise<readonly PlaceRow[]>;
}

/** What was read, and the time up to which it is complete, by the clock of the primary. */
interface ReadValue<T> {
  readonly value: T;
  readonly asOfMs: number;
  readonly lagMs: number;
}

/**
 * A streaming replica of the primary, and whether it can be read. Its connections are apart from all others: they fail
 * alone. It is looked at twice a second, and each reading finds out how old its own snapshot is, because a name may
 * lead to several replicas.
 */
export class ReadReplica implements OnApplicationShutdown {
  state: ReplicaState = { absence: null, lagMs: null, isPrimary: false };
  private readonly pool: SoundPool;
  private readonly shares: ConnectionShares;
  private readonly history = new PrimaryHistory();
  private timer?: NodeJS.Timeout;
  private isLooking = false;
  private hasEnded = false;

  constructor(
    private readonly options: ReplicaOptions,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const { url, poolSize } = options;
    this.pool = new SoundPool({
      databaseUrl: url,
      applicationName: 'webhooks-read',
      // One more, so that a look never waits for a reading.
      size: poolSize + 1,
      session: { statement_timeout: `${STATEMENT_TIMEOUT_MS}` },
      queryTimeoutMs: QUERY_TIMEOUT_MS,
      isForReading: true,
    });
    // Without a listener, an error of an idle connection would end the process.
    this.pool.on('error', (error) => {
      this.logger.debug({ err: error }, 'replica.connection_lost');
    });
    this.shares = new ConnectionShares({ size: poolSize, searches: 0.8, reports: 0.2 });
  }

  get isInUse(): boolean {
    return this.state.absence === null;
  }

  /** Readings that wait for a connection are part of it. */
  get use(): PoolUse {
    const { use } = this.pool;
    return { ...use, waiting: use.waiting + this.shares.waitingCount };
  }

  /**
   * Looks for the first time, and from then on regularly. A replica that is away does not delay the start for long.
   *
   * @throws OtherDatabase, SharedSessions; any error of the primary
   */
  async start(): Promise<void> {
    await this.lookAtPrimary();
    const finding = await this.firstFinding();
    if (finding.kind === 'other database') throw new OtherDatabase(finding.difference);
    await refuseSharedSessions(this.options.url, true).catch((error: unknown) => {
      // A replica that is away can be behind a pooler, too; each of its sessions is checked when it is back.
      if (error instanceof StartRefused) throw error;
    });
    this.note(finding);
    this.timer = setInterval(() => void this.look(), LOOK_INTERVAL_MS).unref();
  }

  /**
   * Runs a reading in one snapshot.
   *
   * @throws an error for which `isToBlameFor` says whether another server may do better
   */
  read<T>(tenantId: string, { begin, share, work }: Reading<T>): Promise<ReadValue<T>> {
    return lendFor(this.shares, share, tenantId, async () => {
      const client = await this.pool.connect();
      const ends: DatabaseError[] = [];
      const noteEnd = (error: Error): void => {
        if (error instanceof DatabaseError) ends.push(error);
      };
      client.on('error', noteEnd);
      try {
        return await inTransaction(client, `${begin}; ${LOOK}`, ([row]) =>
          this.readAt(row as PlaceRow | undefined, client, work),
        );
      } catch (error) {
        // Why the server ended the session between two statements, such as a conflict with replay: the next statement
        // does not tell it.
        if (ends[0]) throw ends[0];
        throw error;
      } finally {
        client.off('error', noteEnd);
        client.release();
      }
    });
  }

  /** Whether a reading may succeed on the primary. If connections are lost, all further ones go there at once. */
  isToBlameFor(error: unknown): boolean {
    if (error instanceof UnfitReplica) return true;
    // What was too slow here would be so there, too, at the cost of those who write.
    if (!isDatabaseUnavailable(error) || isTooSlow(error)) return false;
    // A reading that replay was waiting for is cancelled; the others go on.
    if (error instanceof ConnectionFailed || fateOf(error) !== 'sound') this.note({ kind: 'away', error });
    return true;
  }

  /** Until here, it is looked at, because requests are still answered. */
  async onApplicationShutdown(): Promise<void> {
    this.hasEnded = true;
    clearInterval(this.timer);
    // A replica that does not answer must not delay the end.
    this.pool.cutAll();
    await this.pool.end();
  }

  private async readAt<T>(
    row: PlaceRow | undefined,
    client: ClientBase,
    work: Reading<T>['work'],
  ): Promise<ReadValue<T>> {
    const place = placeOf(row);
    const standing = this.history.standingOf(place, this.clock.monotonicMs());
    if (standing.kind === 'primary') return { value: await work(client), asOfMs: place.atMs, lagMs: 0 };
    if (standing.kind !== 'replica' || standing.lagMs > this.options.lagLimitMs) throw new UnfitReplica(standing);
    const { asOfMs, lagMs } = standing;
    return { value: await work(client), asOfMs, lagMs };
  }

  /** Never throws. */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const failed = (error: unknown): void => {
      this.logger.debug({ err: error }, 'replica.primary_not_asked');
    };
    await Promise.race([this.lookAtPrimary().catch(failed), delay(PATIENCE_MS, undefined, { ref: false })]);
    const impatience = setTimeout(() => {
      this.note({ kind: 'away', error: new Error(`No answer within ${PATIENCE_MS / 1000} s`) });
    }, PATIENCE_MS).unref();
    this.note(await this.find());
    clearTimeout(impatience);
    this.isLooking = false;
  }

  private async lookAtPrimary(): Promise<void> {
    const askedAtMs = this.clock.monotonicMs();
    const [row] = await this.options.askPrimary(LOOK);
    this.history.add(placeOf(row), askedAtMs);
  }

  private async find(): Promise<Finding> {
    try {
      await this.pool.assertSession();
      const { rows } = await this.pool.query<PlaceRow>(LOOK);
      return this.history.standingOf(placeOf(rows[0]), this.clock.monotonicMs());
    } catch (error) {
      return { kind: 'away', error };
    }
  }

  private async firstFinding(): Promise<Finding> {
    for (let looks = 1; ; looks += 1) {
      const finding = await this.find();
      if (finding.kind !== 'incomplete' || looks === FIRST_LOOKS) return finding;
      await delay(FIRST_LOOK_INTERVAL_MS);
    }
  }

  /** Logs changes alone, so that a replica that stays away is told of once. */
  private note(finding: Finding): void {
    // A look that the end has cut short says nothing about the replica.
    if (this.hasEnded) return;
    const before = this.state;
    this.state = stateAfter(before, finding, this.options.lagLimitMs);
    const { absence, lagMs, isPrimary } = this.state;
    if (isPrimary && !before.isPrimary) this.logger.warn({}, 'replica.is_primary');
    if (absence === before.absence) return;
    const lag = lagMs === null ? {} : { lag_seconds: Math.round(lagMs) / 1000 };
    if (absence === null) {
      this.logger.info(lag, 'replica.back');
      return;
    }
    const cause = finding.kind === 'away' ? { err: finding.error } : {};
    const difference = finding.kind === 'other database' ? { difference: finding.difference } : {};
    this.logger.warn({ reason: absence, ...lag, ...difference, ...cause }, 'replica.left');
    // Readings that wait for an answer are repeated on the primary.
    if (absence === 'away') this.pool.cutAll();
  }
}
