import type { DeliverySearch, FilterName } from '../deliveries/delivery-search';
import { type Filter, FILTERS } from '../deliveries/filters';
import type { LiveMessage } from '../live/live-connection';

/** Filters of the stream. */
const STREAM_FILTERS: readonly FilterName[] = [
  'status',
  'event_type',
  'subscription_id',
  'status_code',
  'error_code',
  'tag',
  'target_host',
  'event_id',
];

/** What the filter bar offers. Nothing in the stream says that a delivery is in flight. */
export const LIVE_FILTERS: readonly Filter[] = FILTERS.flatMap((filter) => {
  if (!STREAM_FILTERS.includes(filter.name)) return [];
  const { name } = filter;
  if (name !== 'status' || filter.kind !== 'some') return [filter];
  return [{ ...filter, options: filter.options.filter(({ value }) => value !== 'in_flight') }];
});

/** Tells which messages are shown. */
export type MessageFilter = (message: LiveMessage) => boolean;

/** What filters compare. Not every message has every field. */
interface Comparable {
  readonly subscription_id?: string;
  readonly event_id: string;
  readonly event_type: string | null;
  readonly tags?: readonly string[] | null;
  readonly target_host?: string | null;
  readonly status?: string | null;
  readonly status_code?: number | null;
  readonly error?: { readonly code: string } | null;
}

type Condition = (body: Comparable, wanted: string) => boolean;

/** As `GET /stream` filters, but in the page, because one connection serves all screens. */
const CONDITIONS: Partial<Record<FilterName, Condition>> = {
  status: ({ status }, wanted) => status != null && wanted.split(',').includes(status),
  event_type: ({ event_type: type }, wanted) => type !== null && isOfType(type, wanted),
  subscription_id: ({ subscription_id: id }, wanted) => id === wanted,
  status_code: ({ status_code: code }, wanted) => code != null && isOfCodes(code, wanted),
  error_code: ({ error }, wanted) => error?.code === wanted,
  tag: ({ tags }, wanted) => tags?.includes(wanted) === true,
  target_host: ({ target_host: host }, wanted) => host === wanted.toLowerCase(),
  event_id: ({ event_id: id }, wanted) => id === wanted,
};

/** A message that lacks the field of a filter does not match it. */
export function matcherOf(search: DeliverySearch): MessageFilter {
  const conditions = STREAM_FILTERS.flatMap((name) => {
    const wanted = search[name];
    const holds = CONDITIONS[name];
    return wanted === undefined || holds === undefined ? [] : [(body: Comparable) => holds(body, wanted)];
  });
  return ({ body }) => conditions.every((holds) => holds(body));
}

function isOfType(type: string, wanted: string): boolean {
  if (wanted === '*') return true;
  return wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

/** `503`, or `5xx` for a class. */
function isOfCodes(code: number, wanted: string): boolean {
  return /^\dxx$/i.test(wanted) ? Math.floor(code / 100) === Number(wanted[0]) : String(code) === wanted;
}
