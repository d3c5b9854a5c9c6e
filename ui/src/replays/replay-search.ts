import { readSearch } from '../deliveries/delivery-search';

/** What the form of a new replay holds. Filters are named as in the list of deliveries, so that a link takes them. */
export const REPLAY_FIELDS = [
  'kind',
  'subscription_id',
  'event_type',
  'event_id',
  'tag',
  'status',
  'status_code',
  'error_code',
  'target_host',
  'since',
  'until',
  'idempotency_key',
  'replay_id',
  'delivery_ids',
  'rate',
] as const;

export type ReplayField = (typeof REPLAY_FIELDS)[number];

const NAMES = [...REPLAY_FIELDS, 'state', 'cursor', 'dry_run'] as const;

/** The state of the screens of replays: filters and place of the list, or the form and whether it has been counted. */
export type ReplaySearch = Partial<Record<(typeof NAMES)[number], string>>;

export function readReplaySearch(given: Record<string, unknown>): ReplaySearch {
  return readSearch(given, NAMES);
}
