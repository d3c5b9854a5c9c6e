import type { StatusCodes } from '../../shared/domain/status-codes.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from './delivery-state.js';

/** Event types: a single one, or those in a range of the order of bytes. */
export type EventTypes = { readonly only: string } | { readonly from: string; readonly before: string };

/**
 * What a search for deliveries or events may ask for. All conditions must hold. Those on outcomes are of the delivery.
 */
export interface HistoryFilter {
  /** Bounds of the ids. */
  readonly range: { readonly from: string; readonly to: string };
  /** The range is that of one event. */
  readonly isOneEvent?: boolean;
  readonly subscriptionIds?: readonly string[];
  readonly targetHost?: string;
  readonly eventTypes?: EventTypes;
  readonly statuses?: readonly DeliveryStatus[];
  readonly statusCodes?: StatusCodes;
  readonly errorCode?: string;
  readonly tag?: string;
  readonly idempotencyKey?: string;
  /** Only events without deliveries. */
  readonly isUnreached?: boolean;
  /** Only deliveries that a replay has opened. */
  readonly replayId?: string;
  /** Only deliveries that finished before this time, of those that are finished. */
  readonly finishedBefore?: Date;
  /** Only deliveries after which no other one of the same event to the same subscription was opened. */
  readonly isLatest?: boolean;
  /** Only events that a subscription has no delivery of, although they were published to all. */
  readonly missingFor?: MissingFor;
}

/** A subscription and the event types that it wants. */
interface MissingFor {
  readonly subscriptionId: string;
  readonly eventTypes: readonly EventTypes[];
}

const OPEN: ReadonlySet<DeliveryStatus> = new Set(['pending', 'retrying', 'in_flight']);

export function isOpen(status: DeliveryStatus): boolean {
  return OPEN.has(status);
}

function isSuccess({ from, to }: StatusCodes): boolean {
  return from >= 200 && to <= 299;
}

/**
 * The statuses that deliveries with such a code or error can have. A pending one was never attempted, and one that was
 * cancelled keeps no status code. Empty: the conditions contradict each other.
 */
export function possibleStatuses({
  statuses = DELIVERY_STATUSES,
  statusCodes,
  errorCode,
}: Pick<HistoryFilter, 'statuses' | 'statusCodes' | 'errorCode'>): DeliveryStatus[] {
  return statuses.filter((status) => {
    if (statusCodes === undefined && errorCode === undefined) return true;
    if (status === 'pending') return false;
    if (status === 'cancelled') return statusCodes === undefined;
    if (status === 'delivered') return errorCode === undefined && isSuccess(statusCodes ?? { from: 200, to: 299 });
    if (status === 'failed') return statusCodes === undefined || !isSuccess(statusCodes);
    return true;
  });
}

/** Whether a search asks for more than the event itself knows. */
export function asksForDeliveries(filter: HistoryFilter): boolean {
  const { subscriptionIds, targetHost, statuses, statusCodes, errorCode, replayId } = filter;
  return [subscriptionIds, targetHost, statuses, statusCodes, errorCode, replayId].some((given) => given !== undefined);
}
