import type { Fault } from '../shared/errors/domain-error.js';
import { hasFaultAt } from '../shared/http/read-input.js';
import { stateFrom } from './domain/subscription-state.js';
import { STATE_RULE, type SubscriptionPatch } from './dto/subscription-input.js';
import type { Sealed } from './subscription-vault.js';
import type { SubscriptionEntity } from './subscription.entity.js';

// Faults of fields that are valid by themselves, but not together or with the stored subscription.

/** Only the service disables. */
export function newStateFaults({ state }: SubscriptionPatch): Fault[] {
  return state === 'disabled' ? [{ pointer: '/state', detail: STATE_RULE }] : [];
}

/**
 * Returns the fields without a state that is `disabled` already, as a client that reads and sends a whole subscription
 * repeats it.
 *
 * @param faults gets one if the subscription is not disabled
 */
export function withoutSameState(
  given: SubscriptionPatch,
  stored: Pick<SubscriptionEntity, 'state'>,
  faults: Fault[],
): SubscriptionPatch {
  if (given.state !== 'disabled') return given;
  if (stateFrom(stored.state) !== 'disabled') faults.push(...newStateFaults(given));
  const { state: _state, ...others } = given;
  return others;
}

/** Refuses another scheme without a secret of it: the old and the new secret must overlap, which rotation provides. */
export function otherSchemeFaults(
  { secret, signature_scheme: scheme }: SubscriptionPatch,
  { secrets }: Pick<Sealed, 'secrets'>,
): Fault[] {
  const present = secrets[0]?.scheme ?? 'v1';
  if (secret !== undefined || scheme === undefined || scheme === present) return [];
  const detail = `must be ${present}, the scheme of the secret; change it with POST /subscriptions/{id}/rotate-secret`;
  return [{ pointer: '/signature_scheme', detail }];
}

export function headerFaults({ headers, auth }: Pick<Sealed, 'headers' | 'auth'>): Fault[] {
  const own = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  if (auth === null || own === undefined) return [];
  return [{ pointer: '/auth', detail: `cannot be combined with the header ${own}; set only one of them` }];
}

/** Whether a field of the retry policy is at fault already, so that nothing can be said of the whole policy. */
export function hasPolicyFault(faults: readonly Fault[]): boolean {
  return hasFaultAt(faults, 'retry') || hasFaultAt(faults, 'timeout');
}

/** What belongs to an earlier answer and not to the subscription. A client may send it back; it is not compared. */
export function passingFieldsOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(PASSING_FIELDS.flatMap((name) => (name in given ? [[name, given[name]]] : [])));
}

const PASSING_FIELDS = ['warnings', 'health', 'revival'];
