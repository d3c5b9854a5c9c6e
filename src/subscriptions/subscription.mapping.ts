import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { type DeliveryPolicy, type PolicyChoice } from './domain/delivery-policy.js';
import { isShown, REDACTED } from './domain/own-headers.js';
import { type Revived, revivalSummary } from './domain/revival.js';
import type { SealedAuth } from './domain/sealed.js';
import { stateFrom, SUBSCRIPTION_STATE } from './domain/subscription-state.js';
import type { AuthAnswer } from './dto/auth.js';
import type { RevivalAnswer } from './dto/revival.js';
import type { SubscriptionAnswer } from './dto/subscription-answer.js';
import type { RetryInput, SubscriptionInput, SubscriptionPatch } from './dto/subscription-input.js';
import type { Sealed } from './subscription-vault.js';
import type { SubscriptionEntity } from './subscription.entity.js';

/** The fields that a client may set, except the encrypted ones, which the vault handles. */
type ClientFields = Omit<
  SubscriptionEntity,
  'id' | 'tenantId' | keyof Sealed | 'disabledReason' | 'disabledAt' | 'createdAt' | 'updatedAt' | 'deletedAt'
>;

const DEFAULTS: Omit<ClientFields, 'targetUrl' | 'eventTypes' | 'state'> = {
  description: null,
  maxAttempts: null,
  initialIntervalMs: null,
  maxIntervalMs: null,
  timeoutMs: null,
  maxInFlight: null,
  verifyIngest: false,
  metadata: {},
};

/** Returns all fields, with defaults for omitted ones; includes the state, the target and the types only if given. */
export function fieldsOf(input: Partial<SubscriptionInput>): typeof DEFAULTS & Partial<ClientFields> {
  return { ...DEFAULTS, ...changesOf(input) };
}

/** Returns only the fields that are given, except the event types; see `givenEventTypes`. */
export function changesOf(patch: SubscriptionPatch): Partial<ClientFields> {
  return withoutUndefined({
    targetUrl: patch.target_url === undefined ? undefined : new URL(patch.target_url).href,
    state: patch.state === undefined ? undefined : SUBSCRIPTION_STATE[patch.state],
    description: patch.description,
    ...retryChanges(patch.retry),
    timeoutMs: toMs(patch.timeout),
    maxInFlight: patch.max_in_flight,
    verifyIngest: patch.verify_ingest,
    metadata: patch.metadata,
  });
}

/** Merges the retry policy field by field; null resets the whole policy. */
function retryChanges(
  retry: RetryInput | null | undefined,
): Partial<Record<keyof PolicyChoice, number | null | undefined>> {
  if (retry === null) return { maxAttempts: null, initialIntervalMs: null, maxIntervalMs: null };
  return {
    maxAttempts: retry?.max_attempts,
    initialIntervalMs: toMs(retry?.initial_interval),
    maxIntervalMs: toMs(retry?.max_interval),
  };
}

function toMs(seconds: number | null | undefined): number | null | undefined {
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : seconds;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

export function toAnswer(entity: SubscriptionEntity, policy: DeliveryPolicy): SubscriptionAnswer {
  const [only, ...others] = entity.eventTypes;
  return {
    id: toPublicId('sub', entity.id),
    target_url: entity.targetUrl,
    ...(only !== undefined && others.length === 0 ? { event_type: only } : {}),
    event_types: entity.eventTypes,
    state: stateFrom(entity.state),
    disabled_reason: entity.disabledReason,
    disabled_at: disabledSince(entity)?.toISOString() ?? null,
    description: entity.description,
    headers: Object.fromEntries(
      Object.entries(entity.headers).map(([name, value]) => [
        name,
        typeof value === 'string' && isShown(name, entity.shownHeaders) ? value : REDACTED,
      ]),
    ),
    shown_headers: Object.keys(entity.headers).filter((name) => entity.shownHeaders.includes(name.toLowerCase())),
    auth: authAnswer(entity.auth),
    signature_scheme: entity.secrets[0]?.scheme ?? 'v1',
    public_key: entity.secrets[0]?.publicKey ?? null,
    retry: {
      max_attempts: policy.maxAttempts,
      initial_interval: policy.initialIntervalMs / 1000,
      max_interval: policy.maxIntervalMs / 1000,
    },
    timeout: policy.timeoutMs / 1000,
    max_in_flight: policy.maxInFlight,
    verify_ingest: entity.verifyIngest,
    metadata: entity.metadata,
    created_at: entity.createdAt.toISOString(),
    updated_at: entity.updatedAt.toISOString(),
  };
}

/**
 * The replay begins earlier and ends later than the disabled time by `settlingMs`, because processes publish by the
 * former state for so long. It skips events of which there is a delivery.
 */
export function toRevival(
  id: Uuid,
  revived: Revived,
  { nowMs, settlingMs }: { readonly nowMs: number; readonly settlingMs: number },
): RevivalAnswer {
  return {
    disabled_reason: revived.disabledReason ?? 'gone',
    disabled_at: new Date(revived.disabledAtMs).toISOString(),
    held: revived.held.count,
    replay: {
      kind: 'missing',
      subscription_id: toPublicId('sub', id),
      since: new Date(revived.disabledAtMs - settlingMs).toISOString(),
      until: new Date(nowMs + settlingMs).toISOString(),
    },
    summary: revivalSummary(revived, nowMs),
  };
}

/** Null unless it is disabled. */
export function disabledSince(entity: Pick<SubscriptionEntity, 'state' | 'disabledAt' | 'updatedAt'>): Date | null {
  return entity.state === SUBSCRIPTION_STATE.disabled ? (entity.disabledAt ?? entity.updatedAt) : null;
}

function authAnswer(auth: SealedAuth | null): AuthAnswer | null {
  if (auth === null) return null;
  return auth.type === 'bearer'
    ? { type: 'bearer', token: REDACTED }
    : { type: 'basic', username: auth.username, password: REDACTED };
}
