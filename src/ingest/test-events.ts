import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/index.js';
import { examplePayload } from '../announcements/index.js';
import { FirstAttempts, type FirstAttempt } from '../delivery/index.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import type { WarningAnswer } from '../shared/http/warning.js';
import { deliveryUuid, type Uuid } from '../shared/ids/uuid.js';
import { Shares } from '../shared/shares.js';
import { Shutdown } from '../shared/shutdown.js';
import { Clock } from '../shared/time/clock.js';
import { SubscriptionsService, wants } from '../subscriptions/index.js';
import { TargetGuard, targetRefusal } from '../targets/index.js';
import { unknownOutcome, unwantedType, type WhyUnknown } from './domain/test-warnings.js';
import { TEST_EVENT_TYPE } from './dto/test-event.js';
import { SubscriptionDisabled } from './ingest.errors.js';
import { type Accepted, IngestService } from './ingest.service.js';
import type { WantedTestEvent } from './test-event-input.js';

/** Tests of this process that wait at once. A tenant that is alone may have half of them. */
const MAX_WAITING = 64;
/**
 * Time beyond the subscription's timeout, to start the attempt and to record it. A worker parks within 3 s what it
 * cannot start, so what is not parked by then has not reached a worker.
 */
const EXTRA_MS = 4000;

/** A test event that is committed. */
export interface PublishedTest extends Accepted {
  /** Public id. */
  readonly subscriptionId: string;
  /** Null if the answer shall not wait, or it is known why there is no attempt. */
  readonly patienceMs: number | null;
  readonly warnings: readonly WarningAnswer[];
}

/** The first attempt as far as it is known, and why it is not. */
type Outcome = Pick<FirstAttempt, 'status' | 'attempt'> & { readonly warnings: readonly WarningAnswer[] };

/** Publishes test events, and waits for their first attempt. */
@Injectable()
export class TestEvents {
  private readonly waiting = new Shares(MAX_WAITING);

  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly ingest: IngestService,
    private readonly attempts: FirstAttempts,
    private readonly guard: TargetGuard,
    private readonly clock: Clock,
    private readonly shutdown: Shutdown,
  ) {}

  /**
   * Publishes an event to a subscription, whether or not it wants its type.
   *
   * @throws InvalidInput when the target is not allowed; SubscriptionNotFound; SubscriptionDisabled
   */
  async publish(
    { tenantId, requestId }: Caller,
    subscriptionId: Uuid,
    { eventType, payload }: WantedTestEvent,
    isToWait: boolean,
  ): Promise<PublishedTest> {
    const subscription = await this.subscriptions.get(tenantId, subscriptionId);
    const { id, state, event_types: wanted, timeout } = subscription;
    if (state === 'disabled') throw new SubscriptionDisabled(id);
    const refusal = await targetRefusal(this.guard, subscription.target_url);
    if (refusal !== null) throw new InvalidInput([{ pointer: '/target_url', detail: refusal }]);
    const type = eventType ?? TEST_EVENT_TYPE;
    const event = { eventType: type, payload: payload ?? this.example(type, id) };
    const accepted = await this.ingest.acceptTest(tenantId, subscriptionId, event, requestId);
    const isUnwanted = eventType !== undefined && !wants(wanted, eventType);
    const warnings = [
      ...(isUnwanted ? [unwantedType(type, wanted)] : []),
      ...(state === 'paused' ? [unknownOutcome('paused', id, 0)] : []),
    ];
    const patienceMs = isToWait && state !== 'paused' ? timeout * 1000 + EXTRA_MS : null;
    return { ...accepted, subscriptionId: id, warnings, patienceMs };
  }

  /**
   * Waits for the first attempt of a test event: the subscription's timeout and some seconds at most. When too many
   * tests wait already, returns at once.
   *
   * @param gone ends the wait
   */
  async outcome(tenantId: string, published: PublishedTest, gone: AbortSignal): Promise<Outcome> {
    const { eventId, subscriptionId: id, patienceMs } = published;
    if (patienceMs === null) return { status: null, attempt: null, warnings: [] };
    if (!this.waiting.take(tenantId)) return unknown('crowded', id, patienceMs);
    try {
      const { signal: ending } = this.shutdown;
      const signal = AbortSignal.any([gone, ending]);
      const seen = await this.attempts.waitFor(tenantId, deliveryUuid(eventId, 1), patienceMs, signal);
      if (seen.attempt !== null) return { ...seen, warnings: [] };
      const why = ending.aborted ? 'shutting_down' : (seen.hindrance ?? 'unread');
      return { ...unknown(why, id, patienceMs), status: seen.status };
    } finally {
      this.waiting.giveBack(tenantId);
    }
  }

  /** For an operational event, the documented example. */
  private example(type: string, subscriptionId: string): Buffer {
    const data = { subscription_id: subscriptionId };
    const own = { type, timestamp: this.clock.now().toISOString(), data };
    return Buffer.from(JSON.stringify(examplePayload(type) ?? own));
  }
}

function unknown(why: WhyUnknown, subscriptionId: string, waitedMs: number): Outcome {
  return { status: null, attempt: null, warnings: [unknownOutcome(why, subscriptionId, waitedMs)] };
}
