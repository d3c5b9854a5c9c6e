import { Injectable } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { openDeliveries } from '../delivery/index.js';
import { HotPath } from '../shared/database/hot-path.js';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import { type Tx, Transactions } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import { patternsWanting, WANTS_EVENT } from '../subscriptions/index.js';
import type { UncountedEvent } from './domain/new-event.js';
import { TooManySubscriptions } from './ingest.errors.js';
import { IngestRepository } from './ingest.repository.js';

/** Deliveries per statement. Even on a slow machine, that takes a small part of the statement timeout. */
const PIECE = 5000;
/** Greater than any id. */
const AFTER_ALL_IDS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Runs a statement when its turn comes; throws when the event has run out of time. */
export type RunStep = <T>(statement: () => Promise<T>) => Promise<T>;

class KeyTaken extends Error {}

/** Writes events for so many subscriptions that their ids should not leave PostgreSQL. */
@Injectable()
export class WideEventRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly database: TenantDatabase,
    private readonly events: IngestRepository,
    private readonly hotPath: HotPath,
    private readonly settings: Settings,
  ) {}

  /**
   * Commits an event with a delivery for every subscription that wants it in the snapshot of the transaction.
   *
   * @param deliveriesAre as in `IngestRepository.accept`
   * @param step runs each statement, with those of other events in between
   * @returns the number of deliveries; null when the idempotency key is taken, and then nothing is stored
   * @throws TooManySubscriptions
   */
  async accept(event: UncountedEvent, deliveriesAre: 'queued' | 'due', step: RunStep): Promise<number | null> {
    try {
      return await this.acceptOnce(event, deliveriesAre, step);
    } catch (error) {
      // The event's day had no partition, because a clock is wrong by days. `mend` has now created it.
      if (!(await this.hotPath.mend(error))) throw error;
      return this.acceptOnce(event, deliveriesAre, step);
    }
  }

  private async acceptOnce(
    event: UncountedEvent,
    deliveriesAre: 'queued' | 'due',
    step: RunStep,
  ): Promise<number | null> {
    try {
      return await this.transactions.runOnSnapshot(event.tenantId, async (tx) => {
        const { count, starts } = await step(() => this.planPieces(tx, event));
        if (count > LIMITS.deliveriesPerEvent) throw new TooManySubscriptions(LIMITS.deliveriesPerEvent);
        for (const [index, from] of starts.entries()) {
          const piece = { from, before: starts[index + 1] ?? AFTER_ALL_IDS, ordinal: index * PIECE };
          await step(() => this.openPiece(tx, event, deliveriesAre, piece));
        }
        // The key comes last: from here on, another process that writes the same key waits for this transaction,
        // together with its whole group.
        const { accepted } = await step(() =>
          this.events.accept(
            { events: [{ ...event, deliveryCount: count }], deliveries: [], deliveriesAre },
            (statement) => tx.query(statement.text, statement.values),
          ),
        );
        if (!accepted.has(event.id)) throw new KeyTaken();
        return count;
      });
    } catch (error) {
      if (error instanceof KeyTaken || (event.idempotency !== null && isSerializationFailure(error))) return null;
      throw error;
    }
  }

  /** Counts the subscriptions that want the event, and finds the first subscription of each piece. */
  private async planPieces(
    tx: Tx,
    { tenantId, eventType }: UncountedEvent,
  ): Promise<{ count: number; starts: Uuid[] }> {
    const rows = await this.database.query<{ count: number; starts: Uuid[] }>(
      tenantId,
      `select count(*)::int as count,
         coalesce(array_agg(id order by id) filter (where place % $4 = 1), '{}') as starts
       from (select id, row_number() over (order by id) as place from subscriptions where ${WANTS_EVENT}
             order by id limit $3) wanting`,
      [patternsWanting(eventType), LIMITS.deliveriesPerEvent + 1, PIECE],
      tx,
    );
    return rows[0] ?? { count: 0, starts: [] };
  }

  /** Opens the deliveries of one piece. Makes the same ids from ordinals as `deliveryUuid`. */
  private async openPiece(
    tx: Tx,
    { id, tenantId, eventType }: UncountedEvent,
    deliveriesAre: 'queued' | 'due',
    piece: { from: Uuid; before: Uuid; ordinal: number },
  ): Promise<void> {
    await this.database.query(
      tenantId,
      openDeliveries({
        from: `(select (left($3::uuid::text, 31) || lpad(to_hex($4::int + place::int), 5, '0'))::uuid as id,
            $3::uuid as event_id, id as subscription_id, $1::text as tenant_id
          from (select id, row_number() over (order by id) as place from subscriptions
                where ${WANTS_EVENT} and id >= $6::uuid and id < $7::uuid) piece) d`,
        dueAt: `clock_timestamp() + $5::float8 * interval '1 second'`,
      }),
      [
        patternsWanting(eventType),
        id,
        piece.ordinal,
        deliveriesAre === 'queued' ? this.settings.visibilityTimeout : 0,
        piece.from,
        piece.before,
      ],
      tx,
    );
  }
}

/** Another transaction took the key after this one had started. */
function isSerializationFailure(error: unknown): boolean {
  return (error as { driverError?: { code?: unknown } } | null)?.driverError?.code === '40001';
}
