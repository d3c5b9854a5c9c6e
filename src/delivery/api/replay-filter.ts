import { InvalidInput } from '../../shared/errors/domain-error.js';
import { firstUuidAt } from '../../shared/ids/uuid.js';
import { ALL_IDS, intersection } from '../../shared/search/id-range.js';
import { wantedEventTypesOf } from '../../subscriptions/index.js';
import type { AttemptErrorCode } from '../domain/attempt-outcome.js';
import type { DeliveryStatus } from '../domain/delivery-state.js';
import type { HistoryFilter } from '../domain/history-filter.js';
import { filterOf } from './history-query.js';

/** Statuses of deliveries that can be sent again. */
export const FINAL_STATUSES = ['delivered', 'failed', 'cancelled'] as const satisfies readonly DeliveryStatus[];
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** What a replay is limited to: as in the search of deliveries, with a list of statuses. */
export interface ReplayFields {
  readonly subscription_id?: string;
  readonly event_type?: string;
  readonly event_id?: string;
  readonly tag?: string;
  readonly statuses?: readonly FinalStatus[];
  readonly status_code?: string;
  readonly error_code?: AttemptErrorCode;
  readonly target_host?: string;
  readonly since?: string;
  readonly until?: string;
}

const FROM_THE_START = { direction: 'newer', boundary: null } as const;

/**
 * A filter for deliveries that had finished before a time, each the latest of its event to its subscription.
 *
 * @throws InvalidInput if the fields contradict each other, so that nothing could ever match
 */
export function finishedFilter({ statuses, ...fields }: ReplayFields, before: Date): HistoryFilter {
  const status = statuses?.join(',');
  return { ...read({ ...fields, ...(status !== undefined && { status }) }), finishedBefore: before, isLatest: true };
}

/**
 * A filter for events accepted before a time that a subscription has no delivery of, although it wants their types.
 *
 * @throws InvalidInput if the fields contradict each other, so that nothing could ever match
 */
export function missingFilter(
  fields: Pick<ReplayFields, 'event_type' | 'event_id' | 'tag' | 'since' | 'until'>,
  { subscriptionId, wanted, before }: MissingTerms,
): HistoryFilter {
  const filter = read(fields);
  const eventTypes = wanted.flatMap(wantedEventTypesOf);
  const [only, ...others] = eventTypes;
  // A single range of types can begin the search.
  const isOne = only !== undefined && others.length === 0 && filter.eventTypes === undefined;
  return {
    ...filter,
    ...(isOne && { eventTypes: only }),
    range: intersection(filter.range, { from: ALL_IDS.from, to: firstUuidAt(before.getTime()) }),
    missingFor: { subscriptionId, eventTypes },
  };
}

interface MissingTerms {
  readonly subscriptionId: string;
  /** Event types and patterns. */
  readonly wanted: readonly string[];
  readonly before: Date;
}

/** Reads fields as a query is read. The faults point into a body. */
function read(query: Omit<Parameters<typeof filterOf>[0], 'limit'>): HistoryFilter {
  try {
    return filterOf({ ...query, limit: 1 }, FROM_THE_START);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(
      (error.details.faults ?? []).map(({ pointer, detail }) => ({ pointer: `/${pointer}`, detail })),
    );
  }
}
