import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hmacKeys } from '../signing/index.js';
import { idempotencyKeyFault } from '../shared/labels.js';
import { MalformedJson, parseJson } from '../shared/http/json.js';
import type { WarningAnswer } from '../shared/http/warning.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { newEventUuid, type Uuid } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import { Clock } from '../shared/time/clock.js';
import {
  EVENT_TYPE_HINT,
  isEventType,
  isOperational,
  liveSecrets,
  onlyEventType,
  type PublishTarget,
  PublishTargets,
  SubscriptionVault,
  wants,
} from '../subscriptions/index.js';
import type { Addressing } from './domain/addressing.js';
import { canonicalTags } from './event-tags.js';
import type { NewEvent } from './domain/new-event.js';
import { FALLBACK_CONTENT_TYPE } from './domain/payload-type.js';
import type { PublishRequest } from './domain/publish-request.js';
import { requestFingerprint } from './domain/request-fingerprint.js';
import { isSignedBy, isSignedEnvelope, type SignedEnvelope } from './domain/signed-envelope.js';
import { EventReport } from './event-report.js';
import { EventWriter } from './event-writer.js';
import { Idempotency } from './idempotency.js';
import { SignatureRequired, SubscriptionDisabled, TooManySubscriptions, WrongSignature } from './ingest.errors.js';
import { PublishFaults, RESERVED, unwanted } from './publish-faults.js';

/** What the publisher is told. `isReplayed`: an earlier request with the same key published the event. */
export interface Accepted {
  readonly eventId: Uuid;
  readonly deliveryCount: number;
  readonly isReplayed: boolean;
}

interface Payload {
  readonly contentType: string;
  readonly payload: Buffer;
}

/** A payload with its event type, its tags and its subscriptions. */
interface Addressed extends Payload {
  readonly eventType: string;
  readonly addressing: Addressing;
  readonly tags: readonly string[];
  /** Null for all subscriptions that want the type, when they are too many to list. */
  readonly subscriptionIds: readonly Uuid[] | null;
}

@Injectable()
export class IngestService {
  constructor(
    private readonly targets: PublishTargets,
    private readonly vault: SubscriptionVault,
    private readonly idempotency: Idempotency,
    private readonly writer: EventWriter,
    private readonly clock: Clock,
    private readonly report: EventReport,
  ) {}

  /** Publishes an event to one subscription. */
  publish(tenantId: string, subscriptionId: Uuid, request: PublishRequest): Promise<Accepted> {
    return this.publishOnce(tenantId, ['ingest', subscriptionId], request, async () => {
      const target = await this.enabledTarget(tenantId, subscriptionId);
      const faults = new PublishFaults(request);
      const eventType = eventTypeFor(request.eventType, target, faults);
      const envelope = signedEnvelope(request, faults);
      faults.refuse();
      this.requireSignature(request, envelope, target);
      const { contentType, payload } = envelope === null ? unsigned(request) : unwrapped(request, envelope);
      return {
        eventType,
        tags: faults.tags,
        contentType,
        payload,
        addressing: 'one',
        subscriptionIds: [subscriptionId],
      };
    });
  }

  /** Publishes an event to every active or paused subscription of the tenant that wants its type. */
  broadcast(tenantId: string, eventType: string, request: PublishRequest): Promise<Accepted> {
    return this.publishOnce(tenantId, ['webhooks', eventType], request, async () => {
      const faults = new PublishFaults(request);
      addBroadcastFaults(eventType, request, faults);
      faults.refuse();
      const { count, ids } = await this.targets.getAudience(tenantId, eventType);
      if (count > LIMITS.deliveriesPerEvent) throw new TooManySubscriptions(LIMITS.deliveriesPerEvent);
      return { eventType, tags: faults.tags, ...unsigned(request), addressing: 'all', subscriptionIds: ids };
    });
  }

  /** Says why an event reached nobody; null if that cannot be found out now. The event is accepted in any case. */
  async explainNoDeliveries(
    { tenantId, mayRead }: { readonly tenantId: string; readonly mayRead: boolean },
    eventType: string,
  ): Promise<WarningAnswer | null> {
    try {
      return { pointer: 'event_type', ...(await this.targets.explainNoDeliveries(tenantId, eventType, mayRead)) };
    } catch (error) {
      this.report.unexplained({ tenantId, eventType }, error);
      return null;
    }
  }

  /** Verifies the signature of a request, if it has or needs one. @throws WrongSignature; SignatureRequired */
  private requireSignature(
    { body, signature }: PublishRequest,
    envelope: SignedEnvelope | null,
    target: PublishTarget,
  ): void {
    const require = (content: Buffer, given: string): void => {
      if (!isSignedBy(this.hmacKeys(target), content, given)) throw new WrongSignature();
    };
    if (signature !== undefined) require(body, signature.replace(/^sha256=/, ''));
    else if (envelope !== null) require(Buffer.from(envelope.body), envelope.signature);
    else if (target.verifyIngest) throw new SignatureRequired();
  }

  /** Keys of the secrets that publishers may sign with now. */
  private hmacKeys({ id, secrets }: PublishTarget): KeyObject[] {
    const live = liveSecrets(secrets, this.clock.nowMs());
    return live.flatMap((secret) => hmacKeys(this.vault.openSecret(id, secret)));
  }

  /**
   * Publishes an event to a subscription that the caller has looked up, whether or not it wants its type.
   *
   * @param event with a payload of JSON
   */
  async acceptTest(
    tenantId: string,
    subscriptionId: Uuid,
    event: Pick<Addressed, 'eventType' | 'payload'>,
    requestId: string,
  ): Promise<Accepted> {
    const addressed = {
      ...event,
      addressing: 'test' as const,
      tags: [],
      contentType: 'application/json',
      subscriptionIds: [subscriptionId],
    };
    return requireAccepted(await this.write(tenantId, addressed, requestId, null));
  }

  private async enabledTarget(tenantId: string, subscriptionId: Uuid): Promise<PublishTarget> {
    const target = await this.targets.get(tenantId, subscriptionId);
    if (target.isDisabled) throw new SubscriptionDisabled(toPublicId('sub', subscriptionId));
    return target;
  }

  /** Publishes what `prepare` returns, or returns the outcome of an earlier request with the same key. */
  private async publishOnce(
    tenantId: string,
    place: readonly string[],
    request: PublishRequest,
    prepare: () => Promise<Addressed>,
  ): Promise<Accepted> {
    const { idempotencyKey: key, contentType = '', eventType = '', signature = '', body, requestId } = request;
    // An invalid key is one of the faults that `prepare` refuses.
    if (key === undefined || idempotencyKeyFault(key) !== null) {
      return requireAccepted(await this.write(tenantId, await prepare(), requestId, null));
    }
    // Tags count only if there are some, so that requests without them keep the fingerprints of earlier versions.
    const labels = request.tags === undefined ? [] : [canonicalTags(request.tags)];
    const fingerprint = requestFingerprint([...place, contentType, eventType, signature, ...labels, body]);
    const idempotency = { tenantId, key, fingerprint };
    const outcome = await this.idempotency.run(idempotency, async () => {
      return this.write(tenantId, await prepare(), requestId, idempotency);
    });
    return 'first' in outcome ? outcome.first : { ...outcome.replayed, isReplayed: true };
  }

  /** @returns null when the key is taken */
  private async write(
    tenantId: string,
    { eventType, tags, contentType, payload, addressing, subscriptionIds }: Addressed,
    requestId: string,
    idempotency: NewEvent['idempotency'],
  ): Promise<Accepted | null> {
    const id = newEventUuid(this.clock.nowMs());
    const event = { id, tenantId, eventType, tags, contentType, payload, addressing, idempotency };
    const deliveryCount = await this.writer.write(event, subscriptionIds);
    if (deliveryCount === null) return null;
    this.report.accepted({ requestId, tenantId, id, eventType, tags, bytes: payload.length, deliveryCount });
    return { eventId: id, deliveryCount, isReplayed: false };
  }
}

function requireAccepted(outcome: Accepted | null): Accepted {
  if (outcome === null) throw new Error('An event without an idempotency key was treated as a repeated one');
  return outcome;
}

/** The signed envelope in the body of a request, unless the request is signed by a header. */
function signedEnvelope(request: PublishRequest, faults: PublishFaults): SignedEnvelope | null {
  if (request.signature !== undefined || !isSignedEnvelope(faults.json)) return null;
  if (faults.json.body === '') faults.add('/body', 'must not be empty');
  return faults.json;
}

function unwrapped({ contentType }: PublishRequest, { body }: SignedEnvelope): Payload {
  const payload = Buffer.from(body);
  return { payload, contentType: isJsonText(payload) ? orFallback(contentType) : 'text/plain; charset=utf-8' };
}

function unsigned({ contentType, body }: PublishRequest): Payload {
  return { payload: body, contentType: orFallback(contentType) };
}

function orFallback(contentType: string | undefined): string {
  return contentType === undefined || contentType === '' ? FALLBACK_CONTENT_TYPE : contentType;
}

function isJsonText(bytes: Buffer): boolean {
  try {
    parseJson(bytes);
    return true;
  } catch (error) {
    if (error instanceof MalformedJson) return false;
    throw error;
  }
}

/** The event type that the request names, or else the only one that the subscription wants. */
function eventTypeFor(given: string | undefined, { eventTypes }: PublishTarget, faults: PublishFaults): string {
  const eventType = given ?? onlyEventType(eventTypes) ?? '';
  const wanted = eventTypes.join(', ');
  if (given === undefined && eventType === '') {
    faults.add('X-Event-Type', `is missing; send a type that the subscription wants: ${wanted}`);
  } else if (!isEventType(eventType)) {
    faults.add('X-Event-Type', `must be ${EVENT_TYPE_HINT}`);
  } else if (isOperational(eventType)) {
    faults.add('X-Event-Type', RESERVED);
  } else if (!wants(eventTypes, eventType)) {
    faults.add('X-Event-Type', unwanted(eventType, wanted));
  }
  return eventType;
}

/** A broadcast refuses headers that it would otherwise ignore. */
function addBroadcastFaults(eventType: string, request: PublishRequest, faults: PublishFaults): void {
  if (!isEventType(eventType)) faults.add('event_type', `must be ${EVENT_TYPE_HINT}`);
  else if (isOperational(eventType)) faults.add('event_type', RESERVED);
  if (request.signature !== undefined) {
    const detail = 'can only be checked against the secret of one subscription: publish to /ingest/{subscription_id}';
    faults.add('X-Signature-256', detail);
  }
  if (request.eventType !== undefined && request.eventType !== eventType) {
    faults.add('X-Event-Type', `differs from ${eventType} in the path: omit the header`);
  }
}
