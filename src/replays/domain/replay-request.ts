import type { ReplayFields } from '../../delivery/index.js';
import type { ReplayKind } from './replay.js';

/** What a client asks for. */
export interface ReplayRequest extends ReplayFields {
  readonly kind?: ReplayKind;
  readonly delivery_ids?: readonly string[];
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

const FILTERS = [
  'subscription_id',
  'event_type',
  'event_id',
  'tag',
  'statuses',
  'status_code',
  'error_code',
  'target_host',
  'since',
  'until',
] as const satisfies readonly (keyof ReplayFields)[];
/** Filters that only a delivery can meet. */
const OF_DELIVERIES = ['statuses', 'status_code', 'error_code', 'target_host'] as const;

/** The kind, which follows from the other fields if it is not given. */
export function kindOf({ kind, delivery_ids: ids, statuses }: ReplayRequest): ReplayKind {
  return kind ?? (ids !== undefined ? 'selected' : statuses !== undefined ? 'status' : 'failed');
}

/** Only the filters of a request. */
export function filtersOf(request: ReplayRequest): ReplayFields {
  return Object.fromEntries(FILTERS.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])));
}

/** What is wrong with the combination of the fields. */
export function requestFaults(request: ReplayRequest): Fault[] {
  const kind = kindOf(request);
  const faults: Fault[] = [];
  const fault = (name: string, detail: string): void => void faults.push({ pointer: `/${name}`, detail });
  const given = FILTERS.filter((name) => request[name] !== undefined);
  if (kind === 'selected') {
    if (request.delivery_ids === undefined) fault('delivery_ids', 'must be given for the kind selected');
    for (const name of given)
      fault(name, 'cannot narrow deliveries that are selected by their ids; omit one or the other');
    return faults;
  }
  if (request.delivery_ids !== undefined) fault('delivery_ids', `cannot be given for the kind ${kind}; omit the kind`);
  if (kind === 'status' && request.statuses === undefined) fault('statuses', 'must be given for the kind status');
  if (kind === 'failed' && request.statuses !== undefined && request.statuses.join() !== 'failed') {
    fault('statuses', 'contradicts the kind failed; omit the kind');
  }
  if (kind === 'missing') {
    for (const name of OF_DELIVERIES) {
      if (request[name] !== undefined) fault(name, 'cannot be met by an event without a delivery; omit it');
    }
    for (const name of ['subscription_id', 'since'] as const) {
      if (request[name] === undefined) fault(name, 'must be given for the kind missing');
    }
  }
  return faults;
}
