import type { EventTypes } from '../../domain/history-filter.js';
import type { Candidates, Met } from './candidates.js';
import { typeCondition } from './conditions.js';

/** Events in order, not more than the limit, and the conditions that they meet by that. */
export interface EventSource {
  readonly text: string;
  readonly met: readonly Met[];
}

/** Events that a label finds: an idempotency key or a tag. Null if none is asked for. */
export function eventsByLabel(c: Candidates): EventSource | null {
  const { tag, idempotencyKey } = c.filter;
  if (idempotencyKey !== undefined) {
    // Served by events_idempotency_key.
    return { text: events(c, `e.idempotency_key = ${c.values.given(idempotencyKey)}`), met: ['key'] };
  }
  if (tag === undefined) return null;
  // Served by event_tags_pkey.
  const text = `select g.event_id as id from event_tags g where g.tenant_id = $1 and g.tag = ${c.values.given(tag)}
    and g.event_id >= ${c.eventFrom} and g.event_id < ${c.to} order by g.event_id ${c.order} limit ${c.limit}`;
  return { text, met: ['tag'] };
}

/** Events that reached nobody. Served by events_unreached. */
export function unreachedEvents(c: Candidates): EventSource {
  return { text: events(c, 'e.delivery_count = 0'), met: ['unreached'] };
}

/** Events of a range that is so small that it needs no other condition. Served by the primary key. */
export function eventsInRange(c: Candidates): EventSource {
  return { text: events(c), met: [] };
}

/**
 * Events by type: one range of events_type for each type, merged.
 *
 * @param types all that the range has; null if they are too many to be merged
 */
export function eventsByType(c: Candidates, types: readonly string[] | null): EventSource {
  const met: Met[] = ['type'];
  const { eventTypes } = c.filter;
  if (types === null) {
    return { text: events(c, ...(eventTypes === undefined ? [] : [typeCondition(eventTypes, c.values, 'e')])), met };
  }
  const [only, ...others] = types;
  if (only !== undefined && others.length === 0) {
    return { text: events(c, typeCondition({ only }, c.values, 'e')), met };
  }
  const text = `select y.id from unnest(${c.values.given(types)}::text[]) kind(name)
    cross join lateral (${events(c, 'e.event_type = kind.name collate "C"')}) y order by y.id ${c.order} limit ${c.limit}`;
  return { text, met };
}

function events(c: Candidates, ...conditions: readonly string[]): string {
  const where = ['e.tenant_id = $1', ...conditions, `e.id >= ${c.eventFrom}`, `e.id < ${c.to}`];
  return `select e.id from events e where ${where.join(' and ')} order by e.id ${c.order} limit ${c.limit}`;
}

/** Skips from one event type to the next, whatever number of events each has. Served by events_type. */
export function listTypes(
  eventTypes: EventTypes | undefined,
  { from, to }: { readonly from: string; readonly to: string },
  { given }: Candidates['values'],
  limit: number,
): string {
  const range = `e.id >= ${given(from)}::uuid and e.id < ${given(to)}::uuid`;
  const bounds =
    eventTypes === undefined || 'only' in eventTypes
      ? ''
      : `and e.event_type >= ${given(eventTypes.from)} collate "C" and e.event_type < ${given(eventTypes.before)} collate "C"`;
  const first = `select e.event_type collate "C" from events e where e.tenant_id = $1 and ${range} ${bounds}
      order by e.event_type collate "C" limit 1`;
  const next = `select e.event_type collate "C" from events e where e.tenant_id = $1 and ${range} ${bounds}
      and e.event_type > kind.name collate "C" order by e.event_type collate "C" limit 1`;
  return `with recursive kind(name) as ((${first}) union all select (${next}) from kind where kind.name is not null)
    select name from kind where name is not null limit ${given(limit)}`;
}

/** Skips from one subscription with unfinished deliveries to the next. Served by open_deliveries_subscription. */
export function listOpenSubscriptions({ given }: Candidates['values'], limit: number): string {
  const next = (condition: string): string => `select o.subscription_id from open_deliveries o
    where o.tenant_id = $1 ${condition} order by o.subscription_id limit 1`;
  return `with recursive lane(id) as ((${next('')})
      union all select (${next('and o.subscription_id > lane.id')}) from lane where lane.id is not null)
    select id from lane where id is not null limit ${given(limit)}`;
}
