import { sqlLastOf } from '../../../shared/search/listed.js';
import { targetHostOf } from '../../../subscriptions/index.js';
import { type DeliveryStatus, STATE } from '../../domain/delivery-state.js';
import { type EventTypes, isOpen } from '../../domain/history-filter.js';
import type { Candidates, Met } from './candidates.js';

// Conditions that are checked row by row, in the select list. A scalar subquery is probed for each row, whereas the
// planner may turn `exists` into a hash of everything that the tenant has.

const HISTORY_STATES: Partial<Record<DeliveryStatus, number>> = {
  delivered: STATE.delivered,
  failed: STATE.failed,
  cancelled: STATE.cancelled,
};
const OPEN_STATES: Partial<Record<DeliveryStatus, string>> = {
  pending: `(o.state = ${STATE.pending} and o.attempt_count = 0)`,
  retrying: `(o.state = ${STATE.pending} and o.attempt_count > 0)`,
  in_flight: `(o.state = ${STATE.inFlight})`,
};

/** Stored in `events.addressing`; the other values are for events to one subscription only. */
const ADDRESSED_TO_ALL = 0;

/** SQL for what a finished delivery `d` must meet besides its source. */
export function historyConditions(c: Candidates, met: readonly Met[]): string {
  const { filter, statuses, values } = c;
  const { statusCodes, errorCode, finishedBefore, isLatest = false } = filter;
  const states = statuses.flatMap((status) => HISTORY_STATES[status] ?? []);
  const own: string[] = states.length < 3 ? [`d.state in (${states.join(', ')})`] : [];
  if (statusCodes !== undefined) {
    own.push(`d.last_status_code between ${values.given(statusCodes.from)} and ${values.given(statusCodes.to)}`);
  }
  if (errorCode !== undefined) own.push(`d.last_error_code = ${values.given(errorCode)}`);
  if (finishedBefore !== undefined) own.push(`d.finished_at < ${values.given(finishedBefore)}::timestamptz`);
  return all([
    ...own,
    ...subscriptionConditions(c, 'd', met),
    ...ofEvent(c, 'd.event_id', met),
    ...(isLatest ? latestConditions(c) : []),
  ]);
}

/**
 * SQL for what an unfinished delivery `o` must meet besides its source. Code and error are those of its last attempt.
 */
export function openConditions(c: Candidates, met: readonly Met[]): string {
  const { filter, statuses, values } = c;
  const { statusCodes, errorCode } = filter;
  const open = statuses.filter(isOpen).flatMap((status) => OPEN_STATES[status] ?? []);
  const own: string[] = open.length < 3 ? [`(${open.join(' or ')})`] : [];
  const last: string[] = [];
  if (statusCodes !== undefined) {
    last.push(`status_code between ${values.given(statusCodes.from)} and ${values.given(statusCodes.to)}`);
  }
  if (errorCode !== undefined) last.push(`error_code = ${values.given(errorCode)}`);
  if (last.length > 0) {
    own.push(
      probe(`(select a.status_code, a.error_code from attempts a
        where a.tenant_id = $1 and a.delivery_id = o.id and a.delivery_id >= ${c.from} and a.delivery_id < ${c.to}
        order by a.number desc limit 1) newest where ${last.join(' and ')}`),
    );
  }
  return all([...own, ...subscriptionConditions(c, 'o', met), ...ofEvent(c, 'o.event_id', met)]);
}

/** SQL for what an event must meet besides its source. */
export function eventConditions(c: Candidates, id: string, met: readonly Met[]): string {
  return all([...ofEvent(c, id, met), ...missingConditions(c, id)]);
}

/**
 * SQL for the latest delivery `d` of its event to its subscription. Those of the publication have no time of their own;
 * all others were opened later. Served by deliveries_subscription and open_deliveries_subscription.
 */
function latestConditions(c: Candidates): string[] {
  const isLater = (n: string): string => `${n}.subscription_id = d.subscription_id and ${n}.id > d.event_id
      and ${n}.id <= ${sqlLastOf('d.event_id')} and ${n}.created_at is not null
      and (d.created_at is null or (${n}.created_at, ${n}.id) > (d.created_at, d.id))`;
  return [
    `not ${probe(`deliveries n where n.tenant_id = $1 is true and ${isLater('n')} and n.id >= ${c.eventFrom} and n.id < ${c.to}`)}`,
    `not ${probe(`open_deliveries w where w.tenant_id = $1 and ${isLater('w')}`)}`,
  ];
}

/** SQL for an event that a subscription has no delivery of. Served by the same indexes. */
function missingConditions(c: Candidates, id: string): string[] {
  const { missingFor } = c.filter;
  if (missingFor === undefined) return [];
  const subscription = `${c.values.given(missingFor.subscriptionId)}::uuid`;
  const isOne = (n: string): string =>
    `${n}.subscription_id = ${subscription} and ${n}.id > ${id} and ${n}.id <= ${sqlLastOf(id)}`;
  return [
    `not ${probe(`deliveries n where n.tenant_id = $1 is true and ${isOne('n')} and n.id >= ${c.eventFrom} and n.id < ${c.to}`)}`,
    `not ${probe(`open_deliveries w where w.tenant_id = $1 and ${isOne('w')}`)}`,
  ];
}

/** SQL for a range of event types of an event `e`, which may begin an index search. */
export function typeCondition(types: EventTypes, { given }: Candidates['values'], e: string): string {
  if ('only' in types) return `${e}.event_type = ${given(types.only)} collate "C"`;
  return `${e}.event_type >= ${given(types.from)} collate "C" and ${e}.event_type < ${given(types.before)} collate "C"`;
}

function subscriptionConditions({ filter, values }: Candidates, d: string, met: readonly Met[]): string[] {
  const { subscriptionIds, targetHost } = filter;
  if (met.includes('subscription')) return [];
  if (subscriptionIds !== undefined) return [`${d}.subscription_id = any(${values.given(subscriptionIds)}::uuid[])`];
  if (targetHost === undefined) return [];
  return [
    probe(`subscriptions s where s.tenant_id = $1 and s.id = ${d}.subscription_id
      and ${targetHostOf('s.target_url')} = ${values.given(targetHost)}`),
  ];
}

function ofEvent(c: Candidates, id: string, met: readonly Met[]): string[] {
  const { filter, values } = c;
  const { eventTypes, tag, idempotencyKey, isUnreached = false, missingFor } = filter;
  const conditions: string[] = [];
  const own: string[] = [];
  if (eventTypes !== undefined && !met.includes('type')) own.push(typeCondition(eventTypes, values, 'v'));
  if (idempotencyKey !== undefined && !met.includes('key')) {
    own.push(`v.idempotency_key = ${values.given(idempotencyKey)}`);
  }
  if (isUnreached && !met.includes('unreached')) own.push('v.delivery_count = 0');
  if (missingFor !== undefined) {
    own.push(`v.addressing = ${ADDRESSED_TO_ALL}`);
    const wanted = missingFor.eventTypes.map((types) => typeCondition(types, values, 'v'));
    own.push(`(${wanted.join(' or ')})`);
  }
  if (own.length > 0) {
    conditions.push(
      probe(`events v where v.tenant_id = $1 and v.id = ${id} and v.id >= ${c.eventFrom} and v.id < ${c.to}
        and ${own.join(' and ')}`),
    );
  }
  if (tag !== undefined && !met.includes('tag')) {
    conditions.push(
      probe(`event_tags t where t.tenant_id = $1 and t.tag = ${values.given(tag)} and t.event_id = ${id}
        and t.event_id >= ${c.eventFrom} and t.event_id < ${c.to}`),
    );
  }
  return conditions;
}

function probe(from: string): string {
  return `coalesce((select true from ${from} limit 1), false)`;
}

function all(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'true' : conditions.join(' and ');
}
