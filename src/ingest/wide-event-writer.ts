import { Injectable } from '@nestjs/common';
import { DeliveryWakeUps } from '../delivery/index.js';
import { Settings } from '../shared/config/settings.js';
import { Bulkhead } from '../shared/bulkhead.js';
import { Unavailable } from '../shared/errors/domain-error.js';
import { Shares } from '../shared/shares.js';
import { Clock } from '../shared/time/clock.js';
import type { UncountedEvent } from './domain/new-event.js';
import { type RunStep, WideEventRepository } from './wide-event.repository.js';

/** Events written at once. Each takes a connection of the REST API, and all together at most this share of them. */
const MAX_OPEN = 4;
const CONNECTION_SHARE = 0.4;
/** Events that may wait to be started. */
const MAX_WAITING = 100;
/** Longest wait to be started: including the look-up, publishers get their 503 within 5 s. */
const PATIENCE_MS = 3000;
/** Time limit of one event. The widest events take some seconds, and longer on a busy machine. */
const WRITE_SECONDS = 30;
/** Events whose deliveries are handed to the queue at once. The due scan finds the deliveries of any others. */
const MAX_HAND_OVERS = 8;

/**
 * Commits wide events, those that very many subscriptions want, separately from all others. Each event is one
 * transaction, written in pieces, and only one piece runs at a time. So wide events keep only one connection to
 * PostgreSQL busy, and tenants take turns piece by piece.
 */
@Injectable()
export class WideEventWriter {
  private readonly open: Bulkhead;
  private readonly pieces: Bulkhead;
  private readonly handOvers = new Shares(MAX_HAND_OVERS);

  constructor(
    private readonly repository: WideEventRepository,
    private readonly wakeUps: DeliveryWakeUps,
    private readonly clock: Clock,
    { databasePoolSize }: Settings,
  ) {
    const waits = { waiting: MAX_WAITING, what: 'events for very many subscriptions' };
    const running = Math.max(1, Math.min(MAX_OPEN, Math.floor(databasePoolSize * CONNECTION_SHARE)));
    this.open = new Bulkhead({ running, patienceMs: PATIENCE_MS, ...waits });
    // No patience here: a started event waits for its turns until its own time limit.
    this.pieces = new Bulkhead({ running: 1, ...waits });
  }

  /**
   * Resolves when the event and its deliveries are committed.
   *
   * @returns the number of deliveries; null when the idempotency key is taken, and then nothing is stored
   * @throws Unavailable when too many events wait, or when this one takes longer than 30 s; TooManySubscriptions
   */
  write(event: UncountedEvent): Promise<number | null> {
    return this.open.run(event.tenantId, async () => {
      const isHandedOver = this.wakeUps.isTakingJobs() && this.handOvers.take(event.tenantId);
      let count: number | null = null;
      try {
        count = await this.repository.accept(event, isHandedOver ? 'queued' : 'due', this.stepsOf(event));
      } finally {
        if (isHandedOver) void this.handOver(event, count);
      }
      if (!isHandedOver && count !== null) this.wakeUps.countUnqueued(count);
      return count;
    });
  }

  private stepsOf({ tenantId }: UncountedEvent): RunStep {
    const untilMs = this.clock.monotonicMs() + WRITE_SECONDS * 1000;
    return (statement) =>
      this.pieces.run(tenantId, () => {
        if (this.clock.monotonicMs() > untilMs) {
          throw new Unavailable(`The event could not be written within ${WRITE_SECONDS} s. Send it again.`);
        }
        return statement();
      });
  }

  /** Runs in the background; the publisher does not wait for it. */
  private async handOver({ id, tenantId }: UncountedEvent, count: number | null): Promise<void> {
    if (count !== null) await this.wakeUps.addGradually(id, tenantId);
    this.handOvers.giveBack(tenantId);
  }
}
