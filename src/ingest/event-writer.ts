import { Injectable } from '@nestjs/common';
import { DeliveryWakeUps, HandOver } from '../delivery/index.js';
import { GroupWriter } from '../shared/group-writer.js';
import { Clock } from '../shared/time/clock.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { AddressedEvent, UncountedEvent } from './domain/new-event.js';
import { deliveriesOf } from './first-deliveries.js';
import { type Acceptance, IngestRepository } from './ingest.repository.js';
import { WideEventWriter } from './wide-event-writer.js';

/** Limits of one commit. An event that arrives during a commit waits for that commit and for its own. */
const MAX_GROUP_EVENTS = 256;
const MAX_GROUP_BYTES = 2_097_152;
/** Cost of a row, in bytes of payload. It limits a group to about 2000 rows. */
const ROW_BYTES = 1024;
/**
 * An event that has waited longer for a write that failed fails with it. It must not wait for a second failure, because
 * publishers get their 503 within 5 s.
 */
const PATIENCE_MS = 250;

/**
 * Commits events that arrive together in one statement, up to 256 at once, and wakes the workers. When more events wait
 * than fit into a group, tenants get equal parts of it.
 */
@Injectable()
export class EventWriter {
  private readonly writer: GroupWriter<AddressedEvent, boolean>;

  constructor(
    private readonly repository: IngestRepository,
    private readonly handOver: HandOver,
    private readonly wakeUps: DeliveryWakeUps,
    private readonly wide: WideEventWriter,
    clock: Clock,
  ) {
    this.writer = new GroupWriter((events) => this.accept(events), {
      items: MAX_GROUP_EVENTS,
      groups: 1,
      weigh: ({ payload, deliveryCount }) => payload.length + (1 + deliveryCount) * ROW_BYTES,
      weight: MAX_GROUP_BYTES,
      ownerOf: ({ tenantId }) => tenantId,
      patience: { ms: PATIENCE_MS, monotonicMs: () => clock.monotonicMs() },
    });
  }

  /**
   * Resolves when the event and its deliveries are committed.
   *
   * @param subscriptionIds each gets a delivery; null for all subscriptions that want the type, when they are too many
   * to list
   * @returns the number of deliveries; null when the idempotency key is taken, and then nothing is stored
   * @throws Unavailable, TooManySubscriptions: see `WideEventWriter`
   */
  async write(event: UncountedEvent, subscriptionIds: readonly Uuid[] | null): Promise<number | null> {
    if (subscriptionIds === null) return this.wide.write(event);
    const deliveryCount = subscriptionIds.length;
    return (await this.writer.submit({ ...event, subscriptionIds, deliveryCount })) ? deliveryCount : null;
  }

  private async accept(events: AddressedEvent[]): Promise<boolean[]> {
    const deliveries = events.flatMap(deliveriesOf);
    const reservation = this.handOver.reserve(deliveries);
    const others = reservation.ids.size === 0 ? deliveries : deliveries.filter(({ id }) => !reservation.ids.has(id));
    const isQueued = others.length > 0 && this.wakeUps.isTakingJobs();
    let outcome: Acceptance;
    try {
      outcome = await this.repository.accept({
        events,
        deliveries,
        deliveriesAre: isQueued ? 'queued' : 'due',
        reserved: reservation,
      });
    } catch (error) {
      reservation.giveBack();
      throw error;
    }
    reservation.start(outcome);
    const { accepted } = outcome;
    const wakeUps = others.flatMap(({ id, subscriptionId, event }) =>
      accepted.has(event.id) ? [{ id, subscriptionId, attemptCount: 0, tenantId: event.tenantId }] : [],
    );
    if (isQueued) this.wakeUps.add(wakeUps);
    else this.wakeUps.countUnqueued(wakeUps.length);
    return events.map(({ id }) => accepted.has(id));
  }
}
