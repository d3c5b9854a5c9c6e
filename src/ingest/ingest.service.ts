import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hmacKeys } from '../signing/index.js';
import { type Fault, InvalidInput } from '../shared/errors/domain-error.js';
import { MalformedJson, parseJson } from '../shared/http/json.js';
import { isJson } from '../shared/http/raw-body.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { newEventUuid, type Uuid } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import { TargetGuard, targetRefusal } from '../targets/index.js';
import { Clock } from '../shared/time/clock.js';
import {
  EVENT_TYPE_HINT,
  isEventType,
  liveSecrets,
  onlyEventType,
  type PublishTarget,
  PublishTargets,
  SubscriptionVault,
  wants,
} from '../subscriptions/index.js';
import type { NewEvent } from './domain/new-event.js';
import type { PublishRequest } from './domain/publish-request.js';
import { requestFingerprint } from './domain/request-fingerprint.js';
import { isSignedBy, isSignedEnvelope } from './domain/signed-envelope.js';
import { EventReport } from './event-report.js';
import { EventWriter } from './event-writer.js';
import { Idempotency } from './idempotency.js';
import {
  SignatureRequired,
  SubscriptionDisabled,
  TooManySubscriptions,
  UnwantedEventType,
  WrongSignature,
} from './ingest.errors.js';

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

/** A payload with its event type and its subscriptions. */
interface Addressed extends Payload {
  readonly eventType: string;
  /** Null for all subscriptions that want the type, when they are too many to list. */
  readonly subscriptionIds: readonly Uuid[] | null;
}

const TEST_EVENT_TYPE = 'webhook.test';
const FALLBACK_CONTENT_TYPE = 'application/octet-stream';
const CONTENT_TYPE = new RegExp(`^[\\x20-\\x7e]{1,${LIMITS.contentTypeLength}}$`);

@Injectable()
export class IngestService {
  constructor(
    private readonly targets: PublishTargets,
    private readonly vault: SubscriptionVault,
    private readonly idempotency: Idempotency,
    private readonly writer: EventWriter,
    private readonly guard: TargetGuard,
    private readonly clock: Clock,
    private readonly report: EventReport,
  ) {}

  /** Publishes an event to one subscription. */
  publish(tenantId: string, subscriptionId: Uuid, request: PublishRequest): Promise<Accepted> {
    return this.publishOnce(tenantId, ['ingest', subscriptionId], request, async () => {
      const target = await this.enabledTarget(tenantId, subscriptionId);
      const { contentType, payload } = signedPayload(request, target, () => this.hmacKeys(target));
      const eventType = eventTypeFor(request.eventType, target);
      return { eventType, contentType, payload, subscriptionIds: [subscriptionId] };
    });
  }

  /** Publishes an event to every active or paused subscription of the tenant that wants its type. */
  broadcast(tenantId: string, eventType: string, request: PublishRequest): Promise<Accepted> {
    return this.publishOnce(tenantId, ['webhooks', eventType], request, async () => {
      const faults = [
        ...eventTypeFaults(eventType, 'event_type'),
        ...bodyFaults(request.body),
        ...broadcastFaults(eventType, request),
      ];
      if (faults.length > 0) throw new InvalidInput(faults);
      const payload = { contentType: contentTypeOf(request), payload: request.body };
      if (isJson(request.contentType)) parseJson(request.body);
      const { count, ids } = await this.targets.getAudience(tenantId, eventType);
      if (count > LIMITS.deliveriesPerEvent) throw new TooManySubscriptions(LIMITS.deliveriesPerEvent);
      return { eventType, ...payload, subscriptionIds: ids };
    });
  }

  /** Keys of the secrets that publishers may sign with now. */
  private hmacKeys({ id, secrets }: PublishTarget): KeyObject[] {
    const live = liveSecrets(secrets, this.clock.nowMs());
    return live.flatMap((secret) => hmacKeys(this.vault.openSecret(id, secret)));
  }

  /**
   * Publishes an event of type `webhook.test` to a subscription, even if it does not want that type.
   *
   * @throws InvalidInput when the target is not allowed; SubscriptionNotFound; SubscriptionDisabled
   */
  async sendTest(tenantId: string, subscriptionId: Uuid, requestId: string): Promise<Accepted> {
    const target = await this.enabledTarget(tenantId, subscriptionId);
    const refusal = await targetRefusal(this.guard, target.targetUrl);
    if (refusal !== null) throw new InvalidInput([{ pointer: '/target_url', detail: refusal }]);
    const body = { type: TEST_EVENT_TYPE, timestamp: this.clock.now().toISOString(), data: { subscription_id: toPublicId('sub', subscriptionId) } }; // prettier-ignore
    const event = {
      eventType: TEST_EVENT_TYPE,
      contentType: 'application/json',
      payload: Buffer.from(JSON.stringify(body)),
    };
    return requireAccepted(
      await this.write(tenantId, { ...event, subscriptionIds: [subscriptionId] }, requestId, null),
    );
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
    if (key === undefined) return requireAccepted(await this.write(tenantId, await prepare(), requestId, null));
    const fingerprint = requestFingerprint([...place, contentType, eventType, signature, body]);
    const idempotency = { tenantId, key, fingerprint };
    const outcome = await this.idempotency.run(idempotency, async () => {
      return this.write(tenantId, await prepare(), requestId, idempotency);
    });
    return 'first' in outcome ? outcome.first : { ...outcome.replayed, isReplayed: true };
  }

  /** @returns null when the key is taken */
  private async write(
    tenantId: string,
    { eventType, contentType, payload, subscriptionIds }: Addressed,
    requestId: string,
    idempotency: NewEvent['idempotency'],
  ): Promise<Accepted | null> {
    const id = newEventUuid(this.clock.nowMs());
    const event = { id, tenantId, eventType, contentType, payload, idempotency };
    const deliveryCount = await this.writer.write(event, subscriptionIds);
    if (deliveryCount === null) return null;
    this.report.accepted({ requestId, tenantId, id, eventType, bytes: payload.length, deliveryCount });
    return { eventId: id, deliveryCount, isReplayed: false };
  }
}

function requireAccepted(outcome: Accepted | null): Accepted {
  if (outcome === null) throw new Error('An event without an idempotency key was treated as a repeated one');
  return outcome;
}

/** Returns the payload of a request to one subscription, and verifies its signature, if it has or needs one. */
function signedPayload(request: PublishRequest, target: PublishTarget, keys: () => KeyObject[]): Payload {
  const faults = bodyFaults(request.body);
  if (faults.length > 0) throw new InvalidInput(faults);
  const contentType = contentTypeOf(request);
  const value = isJson(request.contentType) ? parseJson(request.body) : undefined;
  const requireSignature = (content: Buffer, signature: string): void => {
    if (!isSignedBy(keys(), content, signature)) throw new WrongSignature();
  };
  if (request.signature !== undefined) requireSignature(request.body, request.signature.replace(/^sha256=/, ''));
  if (isSignedEnvelope(value) && request.signature === undefined) {
    const payload = Buffer.from(value.body);
    requireSignature(payload, value.signature);
    if (payload.length === 0) throw new InvalidInput([{ pointer: '/body', detail: 'must not be empty' }]);
    return { payload, contentType: isJsonText(payload) ? contentType : 'text/plain; charset=utf-8' };
  }
  if (target.verifyIngest && request.signature === undefined) throw new SignatureRequired();
  return { payload: request.body, contentType };
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
function eventTypeFor(given: string | undefined, target: PublishTarget): string {
  const eventType = given ?? onlyEventType(target.eventTypes);
  if (eventType === null) {
    const detail = `is missing, and the subscription wants more than one type: ${target.eventTypes.join(', ')}`;
    throw new InvalidInput([{ pointer: 'X-Event-Type', detail }]);
  }
  const faults = eventTypeFaults(eventType, 'X-Event-Type');
  if (faults.length > 0) throw new InvalidInput(faults);
  if (!wants(target.eventTypes, eventType)) throw new UnwantedEventType(eventType, target.eventTypes);
  return eventType;
}

function eventTypeFaults(eventType: string, pointer: string): Fault[] {
  if (isEventType(eventType)) return [];
  return [{ pointer, detail: `must be ${EVENT_TYPE_HINT}` }];
}

/** A broadcast refuses headers that it would otherwise ignore. */
function broadcastFaults(eventType: string, request: PublishRequest): Fault[] {
  const faults: Fault[] = [];
  if (request.signature !== undefined) {
    const detail = 'can only be checked against the secret of one subscription: publish to /ingest/{subscription_id}';
    faults.push({ pointer: 'X-Signature-256', detail });
  }
  if (request.eventType !== undefined && request.eventType !== eventType) {
    faults.push({ pointer: 'X-Event-Type', detail: `differs from ${eventType} in the path: omit the header` });
  }
  return faults;
}

function bodyFaults(body: Buffer): Fault[] {
  return body.length === 0 ? [{ pointer: '', detail: 'the body is the payload and must have at least one byte' }] : [];
}

function contentTypeOf({ contentType }: PublishRequest): string {
  if (contentType === undefined || contentType === '') return FALLBACK_CONTENT_TYPE;
  if (CONTENT_TYPE.test(contentType)) return contentType;
  const detail = `must be 1 to ${LIMITS.contentTypeLength} printable ASCII characters`;
  throw new InvalidInput([{ pointer: 'Content-Type', detail }]);
}
