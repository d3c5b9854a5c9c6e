import { statement } from '../../../shared/database/statement.js';

/** Replaces what a process reported of its lanes. `gone` are subscriptions of its former report without a lane now. */
export const REPORT_LANES = statement({
  name: 'report_lanes',
  servedBy: ['busy_lanes_pkey'],
  parameters: {
    processId: 'uuid',
    gone: 'uuid[]',
    subscriptionIds: 'uuid[]',
    tenantIds: 'text[]',
    widths: 'int[]',
    inFlight: 'int[]',
  },
  text: (p) => `with outdated as (
      delete from busy_lanes where subscription_id = any(${p.gone}) and process_id = ${p.processId})
    insert into busy_lanes (subscription_id, process_id, tenant_id, width, in_flight)
    select subscription_id, ${p.processId}, tenant_id, width, in_flight
    from unnest(${p.subscriptionIds}, ${p.tenantIds}, ${p.widths}, ${p.inFlight})
      lane(subscription_id, tenant_id, width, in_flight)
    on conflict (subscription_id, process_id) do update
      set width = excluded.width, in_flight = excluded.in_flight, reported_at = excluded.reported_at`,
});
