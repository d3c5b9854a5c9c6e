import type { OperationalEventType } from './domain/announcement.js';

const TYPE: OperationalEventType = 'webhooks.delivery.failed';

/**
 * SQL that announces failed deliveries in the statement that fails them.
 *
 * @param from rows with `id` and `tenant_id` of deliveries. A `where` clause may follow
 */
export function announceFailures(from: string): string {
  return `insert into announcements (tenant_id, event_type, data)
      select tenant_id, '${TYPE}', jsonb_build_object('deliveryId', id) from ${from}`;
}
