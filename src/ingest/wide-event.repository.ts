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

/** Deliveries of one statement: a small part of what a statement may take, on a slow machine, too. */
const PIECE = 5000;
/** After every id. */
const END = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Runs one statement when it is its turn, or throws when it must not be run any more. */
export type RunStep = <T>(statement: () => Promise<T>) => Promise<T>;

class KeyTaken extends Error {}

/** Writes events that so many subscriptions want that their ids had better not travel. */
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
   * Commits an event with a delivery for each subscription that wants it at the beginning, all of them or none.
   *
   * @param deliveriesAre as in `IngestRepository.accept`
   * @param step lets the statements of others come between
   * @returns how many deliveries it has; null when its key is taken, and then nothing of it is kept
   * @throws TooManySubscriptions
   */
  async accept(event: UncountedEvent, deliveriesAre: 'queued' | 'due', step: RunStep): Promise<number | null> {
    try {
      return await this.acceptOnce(event, deliveriesAre, step);
    } catch (error) {
      // Its day had no partition: a clock is wrong by days.
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
        const { count, starts } = await step(() => this.measure(tx, event));
        if (count > LIMITS.deliveriesPerEvent) throw new TooManySubscriptions(LIMITS.deliveriesPerEvent);
        for (const [index, from] of starts.entries()) {
          const piece = { from, before: starts[index + 1] ?? END, ordinal: index * PIECE };
          await step(() => this.open(tx, event, deliveriesAre, piece));
        }
        // The key comes last: from here on, another process that writes the same key waits for this transaction, with
        // all of the group that it writes.
        const [isAccepted] = await step(() =>
          this.events.accept([{ ...event, deliveryCount: count }], [], deliveriesAre, ({ text, values }) =>
            tx.query(text, values),
          ),
        );
        if (!isAccepted) throw new KeyTaken();
        return count;
      });
    } catch (error) {
      if (error instanceof KeyTaken || (event.idempotency !== null && isSerializationFailure(error))) return null;
      throw error;
    }
  }

  /** How many subscriptions want it, and with which of them the pieces start. */
  private async measure(tx: Tx, { tenantId, eventType }: UncountedEvent): Promise<{ count: number; starts: Uuid[] }> {
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

  /** The same ids as `deliveryUuid` makes of the ordinals. */
  private async open(
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

/** Somebody took the key after this transaction had begun. */
function isSerializationFailure(error: unknown): boolean {
  return (error as { driverError?: { code?: unknown } } | null)?.driverError?.code === '40001';
}
