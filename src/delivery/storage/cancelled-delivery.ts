import type { Uuid } from '../../shared/ids/uuid.js';

export interface CancelledRow {
  id: Uuid;
  subscription_id: Uuid;
  tenant_id: string;
}

/** A delivery that a statement has cancelled. */
export interface CancelledDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly tenantId: string;
}

export function toCancelled(row: CancelledRow): CancelledDelivery {
  return { id: row.id, subscriptionId: row.subscription_id, tenantId: row.tenant_id };
}
