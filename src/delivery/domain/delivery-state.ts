/** Stored values of `state`: the first two in `open_deliveries`, the others in `deliveries`. */
export const STATE = { pending: 0, inFlight: 1, delivered: 2, failed: 3, cancelled: 4 } as const;

export const DELIVERY_STATUSES = ['pending', 'retrying', 'in_flight', 'delivered', 'failed', 'cancelled'] as const;
/** Status in the API. A pending delivery that was attempted before is `retrying`. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** @throws RangeError for an unknown state */
export function deliveryStatus(state: number, attemptCount: number): DeliveryStatus {
  switch (state) {
    case STATE.pending:
      return attemptCount > 0 ? 'retrying' : 'pending';
    case STATE.inFlight:
      return 'in_flight';
    case STATE.delivered:
      return 'delivered';
    case STATE.failed:
      return 'failed';
    case STATE.cancelled:
      return 'cancelled';
    default:
      throw new RangeError(`${state} is not a delivery state`);
  }
}
