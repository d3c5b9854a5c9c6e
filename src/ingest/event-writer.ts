import { Injectable } from '@nestjs/common';
import { DeliveryWakeUps } from '../delivery/index.js';
import { GroupWriter } from '../shared/group-writer.js';
import type { Linger } from '../shared/lingering.js';
import { Clock } from '../shared/time/clock.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { AddressedEvent, UncountedEvent } from './domain/new-event.js';
import { deliveriesOf } from './first-deliveries.js';
import { IngestRepository } from './ingest.repository.js';
import { WideEventWriter } from './wide-event-writer.js';

/** Most events, and most weight, of one commit: whoever comes meanwhile waits for it, and then for his own. */
const MAX_GROUP_EVENTS = 256;
const MAX_GROUP_BYTES = 2_097_152;
/** What a row costs, as if it were so many bytes of payload: a group has some 2000 rows at the most. */
const ROW_BYTES = 1024;
/** Beyond this an event does not wait for a second write after one that failed: publishers get their 503 within 5 s. */
const PATIENCE_MS = 250;

/**
 * While events come fast, a group waits a little to be worth its commit, and the job and the claim that follow from it.
 */
const LINGER: Linger = { ms: 10, fullAt: 64, fromRate: 300, hasWaitingCallers: true };

/**
 * Commits events that arrive together as one group, one statement and one commit for hundreds of them, and wakes
 * workers. When more come than a group takes, each tenant has its share of it.
 */
@Injectable()
export class EventWriter {
  private readonly writer: GroupWriter<AddressedEvent, boolean>;

  constructor(
    private readonly repository: IngestRepository,
    private readonly wakeUps: DeliveryWakeUps,
    private readonly wide: WideEventWriter,
    clock: Clock,
  ) {
    this.writer = new GroupWriter((events) => this.accept(events), {
      items: MAX_GROUP_EVENTS,
      groups: 1,
      linger: LINGER,
      weigh: ({ payload, deliveryCount }) => payload.length + (1 + deliveryCount) * ROW_BYTES,
      weight: MAX_GROUP_BYTES,
      ownerOf: ({ tenantId }) => tenantId,
      patience: { ms: PATIENCE_MS, monotonicMs: () => clock.monotonicMs() },
    });
  }

  /**
   * Resolves when the event and its deliveries are committed.
   *
   * @param subscriptionIds each gets a delivery; null for all that want its type, when they are too many to be known
   * here
   * @returns how many deliveries it has; null when its idempotency key is taken: then nothing was kept
   * @throws Unavailable, TooManySubscriptions: see `WideEventWriter`
   */
  async write(event: UncountedEvent, subscriptionIds: readonly Uuid[] | null): Promise<number | null> {
    if (subscriptionIds === null) return this.wide.write(event);
    const deliveryCount = subscriptionIds.length;
    return (await this.writer.submit({ ...event, subscriptionIds, deliveryCount })) ? deliveryCount : null;
  }

  private async accept(events: AddressedEvent[]): Promise<boolean[]> {
    const isQueued = this.wakeUps.isTakingJobs();
    const deliveries = events.flatMap(deliveriesOf);
    const areAccepted = await this.repository.accept(events, deliveries, isQueued ? 'queued' : 'due');
    const refused = new Set(events.filter((_, index) => !areAccepted[index]));
    const accepted = refused.size === 0 ? deliveries : deliveries.filter(({ event }) => !refused.has(event));
    const wakeUps = accepted.map(({ id, subscriptionId, event }) => ({
      id,
      subscriptionId,
      attemptCount: 0,
      tenantId: event.tenantId,
    }));
    if (isQueued) this.wakeUps.add(wakeUps);
    else this.wakeUps.countUnqueued(wakeUps.length);
    return areAccepted;
  }
}
