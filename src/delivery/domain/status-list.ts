import { DELIVERY_STATUSES, type DeliveryStatus } from './delivery-state.js';

/** Form of one status or several, for the OpenAPI document. */
export const STATUS_LIST_FORM = `^(${DELIVERY_STATUSES.join('|')})(,(${DELIVERY_STATUSES.join('|')}))*$`;

/** Reads `failed,cancelled`. @returns null if a part is no status */
export function readStatuses(text: string): DeliveryStatus[] | null {
  const parts = text.split(',').map((part) => part.trim());
  return parts.every(isStatus) ? [...new Set(parts)] : null;
}

function isStatus(text: string): text is DeliveryStatus {
  return DELIVERY_STATUSES.some((status) => status === text);
}
