import { Injectable } from '@nestjs/common';
import { DeliveryWakeUps } from '../delivery/index.js';
import { GroupWriter } from '../shared/group-writer.js';
import type { Linger } from '../shared/lingering.js';
import { Clock } from '../shared/time/clock.js';
import { deliveriesOf, type NewEvent } from './event.entity.js';
import { IngestRepository } from './ingest.repository.js';

/** Most events, and most weight, of one commit. */
const MAX_GROUP_EVENTS = 256;
const MAX_GROUP_BYTES = 4_194_304;
/** Beyond this an event does not wait for a second write after one that failed: publishers get their 503 within 5 s. */
const PATIENCE_MS = 250;
/** What a delivery adds to a statement besides the payload. */
const DELIVERY_BYTES = 128;

/** While events come fast, a group waits a little to be worth its commit, and the job and the claim that follow from it. */
const LINGER: Linger = { ms: 10, fullAt: 64, fromRate: 300, hasWaitingCallers: true };

/** Commits events that arrive together as one group, one statement and one commit for hundreds of them, and wakes workers. */
@Injectable()
export class EventWriter {
  private readonly writer: GroupWriter<NewEvent, boolean>;

  constructor(
    private readonly repository: IngestRepository,
    private readonly wakeUps: DeliveryWakeUps,
    clock: Clock,
  ) {
    this.writer = new GroupWriter((events) => this.accept(events), {
      items: MAX_GROUP_EVENTS,
      groups: 1,
      linger: LINGER,
      weigh: ({ payload, subscriptionIds }) => payload.length + subscriptionIds.length * DELIVERY_BYTES,
      weight: MAX_GROUP_BYTES,
      patience: { ms: PATIENCE_MS, monotonicMs: () => clock.monotonicMs() },
    });
  }

  /**
   * Resolves when the event and its deliveries are committed.
   *
   * @returns false when its idempotency key is taken: then nothing was kept
   */
  write(event: NewEvent): Promise<boolean> {
    return this.writer.submit(event);
  }

  private async accept(events: NewEvent[]): Promise<boolean[]> {
    const { isTaking } = this.wakeUps;
    const deliveries = events.flatMap(deliveriesOf);
    const areAccepted = await this.repository.accept(events, deliveries, isTaking ? 'queued' : 'due');
    const refused = new Set(events.filter((_, index) => !areAccepted[index]));
    const accepted = refused.size === 0 ? deliveries : deliveries.filter(({ event }) => !refused.has(event));
    const wakeUps = accepted.map(({ id, subscriptionId, event }) => ({
      id,
      subscriptionId,
      attemptCount: 0,
      tenantId: event.tenantId,
    }));
    if (isTaking) this.wakeUps.add(wakeUps);
    else this.wakeUps.leave(wakeUps);
    return areAccepted;
  }
}
