import { scopeFault } from './tenant-scope.js';

describe('the tenant scope of a statement', () => {
  it.each([
    'select 1 from events where tenant_id = $1 and id = $2',
    'select e.id from events e join deliveries as d on d.event_id = e.id and d.tenant_id = $1 where e.tenant_id = $1',
    'update subscriptions set state = 2 where id = $2 and tenant_id = $1',
    'with gone as (delete from open_deliveries o where o.tenant_id = $1 returning *) select id from gone',
    'insert into deliveries (id) select id from open_deliveries where tenant_id = $1',
    'select 1 from events where tenant_id = $1 and (id = $2 or id = $3)',
    'select 1 from tenants where id = $2 or id = $3',
    'select delivery_count as events_seen from events where tenant_id = $1',
  ])('is accepted: %s', (text) => {
    expect(scopeFault(text)).toBeNull();
  });

  it.each([
    ['select 1 from events where id = $2', 'events'],
    ['select 1 from events where tenant_id = $2', 'events'],
    ['select 1 from events where tenant_id = $12', 'events'],
    ['select e.id from events e join deliveries d on d.event_id = e.id where e.tenant_id = $1', 'deliveries d'],
    [
      'select 1 from deliveries d where d.tenant_id = $1 union select 1 from open_deliveries d where d.id = $2',
      'deliveries d',
    ],
    ['delete from attempts where delivery_id = $2', 'attempts'],
    ['update subscriptions s set state = 2 where tenant_id = $1', 'subscriptions s'],
    ['update subscriptions set tenant_id = $1 where id = $2', 'subscriptions'],
    ['select tenant_id = $1 from events', 'events'],
    ['select 1 from events where not tenant_id = $1', 'events'],
  ])('is missing: %s', (text, table) => {
    expect(scopeFault(text)).toBe(`does not limit ${table} to tenant_id = $1`);
  });

  it.each([
    'select 1 from events e, deliveries d where e.tenant_id = $1',
    'select 1 from deliveries d cross join lateral (table events) e where d.tenant_id = $1',
    'select 1 from public.events where tenant_id = $1',
    'select 1 from "events" where tenant_id = $1',
    'select 1 from events"" where tenant_id = $1',
    'select 1 from only events where tenant_id = $1',
    'select 1 from events* where tenant_id = $1',
    'select 1 from (events) where tenant_id = $1',
    'select 1 from events_20260131 where tenant_id = $1',
    'select 1 from EVENTS_20260131 where id = $2',
    'delete from deliveries d using events e where d.tenant_id = $1',
    'merge into events using deliveries d on d.tenant_id = $1 when matched then delete',
    'truncate events',
    'lock table subscriptions',
    'table events',
    'copy events to stdout',
  ])('is unknown if a table is named in any other way: %s', (text) => {
    expect(scopeFault(text)).toContain('directly after');
  });

  it.each([
    'select 1 from events where tenant_id = $1 or id = $2',
    'select 1 from events where id = $2 or true and tenant_id = $1',
    'select 1 from events where (id = $2 and tenant_id = $1) OR (id = $3)',
    'select 1 from events where ((id = $2 and (tenant_id = $1)) or id = $3)',
    'select 1 from events where id = $2 and tenant_id = $1\n or\tid = $3',
  ])('is defeated by an "or" next to it: %s', (text) => {
    expect(scopeFault(text)).not.toBeNull();
  });

  it.each([
    'select 1 from events where id = $2 -- and tenant_id = $1',
    'select 1 from events where id = $2 /* and tenant_id = $1 */',
    'select 1 from events where $$ and tenant_id = $1 $$ is not null',
    'select 1 from events where $a$ and tenant_id = $1 $a$ is not null',
    'select 1 from U&"\\0065vents"',
  ])('is unknown if a comment or quotation could hide it: %s', (text) => {
    expect(scopeFault(text)).toContain('not supported');
  });
});
