import { sqlLastOf } from '../../../shared/search/listed.js';
import type { Candidates, Met } from './candidates.js';
import { eventConditions, historyConditions, openConditions } from './conditions.js';

/** Which tables of deliveries a stream reads. */
export interface Halves {
  readonly history: boolean;
  readonly open: boolean;
}

/** The deliveries of some events: newest event first, or oldest, and of each event in the same order. */
export function deliveriesOfEvents(c: Candidates, events: string, met: readonly Met[], halves: Halves): string {
  const { order, limit } = c;
  const ofEvent = (d: string): string => `${ofTenant(d)} and ${d}.id > e.id and ${d}.id <= ${sqlLastOf('e.id')}`;
  const parts = [
    ...(halves.history ? [historyRows(c, met, ofEvent('d'))] : []),
    ...(halves.open ? [openRows(c, met, ofEvent('o'))] : []),
  ];
  const end = order === 'desc' ? 'e.id' : sqlLastOf('e.id');
  return `select coalesce(x.id, ${end}) as pos, x.id, x.ok from (${events}) e
    left join lateral (select id, ok from (${parts.map((part) => `(${part})`).join(' union all ')}) u
      order by id ${order} limit ${limit}) x on true
    order by e.id ${order}, x.id ${order} limit ${limit}`;
}

/**
 * The deliveries that a replay has opened. Served by replayed_deliveries_replay and primary keys: a range of one id
 * keeps the planner from other indexes with the id, between which and the primary key an empty partition makes no
 * difference.
 */
export function deliveriesOfReplay(c: Candidates, replayId: string, halves: Halves): string {
  const { order, limit } = c;
  const isThis = (d: string): string => `${ofTenant(d)} and ${d}.id >= r.id and ${d}.id <= r.id`;
  const parts = [
    ...(halves.history ? [historyRows(c, [], isThis('d'))] : []),
    ...(halves.open ? [openRows(c, [], isThis('o'))] : []),
  ];
  const opened = `select p.delivery_id as id from replayed_deliveries p where p.tenant_id = $1
    and p.replay_id = ${c.values.given(replayId)}::uuid and p.delivery_id >= ${c.from} and p.delivery_id < ${c.to}
    order by p.delivery_id ${order} limit ${limit}`;
  return `select r.id as pos, x.id, x.ok from (${opened}) r
    left join lateral (select id, ok from (${parts.map((part) => `(${part})`).join(' union all ')}) u limit 1) x on true
    order by r.id ${order} limit ${limit}`;
}

/** Events themselves. */
export function eventRows(c: Candidates, events: string, met: readonly Met[]): string {
  return `select e.id as pos, e.id, (${eventConditions(c, 'e.id', met)}) as ok from (${events}) e
    order by e.id ${c.order} limit ${c.limit}`;
}

/**
 * The condition on the tenant, checked row by row. With `= $1` alone, an index that begins with the tenant would tempt
 * the planner, however well the ids find the rows.
 */
export const ofTenant = (d: string): string => `${d}.tenant_id = $1 is true`;

/** Finished deliveries `d` in order. @param source conditions that find them, of which one is on the tenant */
export function historyRows(c: Candidates, met: readonly Met[], source: string): string {
  return `select d.id as pos, d.id, (${historyConditions(c, met)}) as ok from deliveries d
    where ${source} and d.id >= ${c.from} and d.id < ${c.to} order by d.id ${c.order} limit ${c.limit}`;
}

/** As `historyRows`, for unfinished deliveries `o`. */
export function openRows(c: Candidates, met: readonly Met[], source: string): string {
  return `select o.id as pos, o.id, (${openConditions(c, met)}) as ok from open_deliveries o
    where ${source} and o.id >= ${c.from} and o.id < ${c.to} order by o.id ${c.order} limit ${c.limit}`;
}

/** Merges the rows that each of some subscriptions has. @param rows SQL whose subscription is `lane.id` */
export function ofEachSubscription(c: Candidates, subscriptionIds: readonly string[], rows: string): string {
  return `select x.pos, x.id, x.ok from unnest(${c.values.given(subscriptionIds)}::uuid[]) lane(id)
    cross join lateral (${rows}) x order by x.id ${c.order} limit ${c.limit}`;
}
