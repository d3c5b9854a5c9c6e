import { Injectable } from '@nestjs/common';
import { GroupWriter } from '../shared/group-writer.js';
import { Clock } from '../shared/time/clock.js';
import type { NewEvent } from './event.entity.js';
import { IngestRepository } from './ingest.repository.js';

/** Most events, and most weight, of one commit. */
const MAX_GROUP_EVENTS = 256;
const MAX_GROUP_BYTES = 4_194_304;
/** Beyond this an event does not wait for a second write after one that failed: publishers get their 503 within 5 s. */
const PATIENCE_MS = 250;
/** What a delivery adds to a statement besides the payload. */
const DELIVERY_BYTES = 128;

/** Commits events that arrive together as one group: one statement, one commit for hundreds of them. */
@Injectable()
export class EventWriter {
  private readonly writer: GroupWriter<NewEvent, boolean>;

  constructor(repository: IngestRepository, clock: Clock) {
    this.writer = new GroupWriter((events) => repository.accept(events), {
      items: MAX_GROUP_EVENTS,
      groups: 1,
      weigh: ({ payload, deliveries }) => payload.length + deliveries.length * DELIVERY_BYTES,
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
}
