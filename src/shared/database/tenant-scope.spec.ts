import { unscopedTable } from './tenant-scope.js';

describe('the scope of a statement', () => {
  it.each([
    'select 1 from events where tenant_id = $1 and id = $2',
    'select e.id from events e join deliveries as d on d.event_id = e.id and d.tenant_id = $1 where e.tenant_id = $1',
    'update subscriptions set state = 2 where id = $2 and tenant_id = $1',
    'with gone as (delete from open_deliveries o where o.tenant_id = $1 returning *) select id from gone',
    'select 1 from tenants where id = $2',
  ])('is the tenant: %s', (text) => {
    expect(unscopedTable(text)).toBeNull();
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
  ])('is not the tenant: %s', (text, table) => {
    expect(unscopedTable(text)).toBe(table);
  });
});
