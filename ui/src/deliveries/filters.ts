import { STATUSES, type DeliveryStatus } from '../components/status';
import { localTime } from '../lib/times';
import type { FilterName } from './delivery-search';

interface Option {
  readonly value: string;
  readonly label: string;
}

/** How a filter is edited: some of several options, a text, or a time. */
type Editing =
  | { readonly kind: 'some' | 'one'; readonly options: readonly Option[] }
  | {
      readonly kind: 'text';
      readonly placeholder: string;
      readonly suggestions?: readonly string[];
      readonly help: string;
    }
  | { readonly kind: 'time'; readonly help: string };

export type Filter<N extends string = FilterName> = { readonly name: N; readonly label: string } & Editing;

const ERROR_CODES = [
  'timeout',
  'connection_refused',
  'connection_reset',
  'dns_failure',
  'tls_failure',
  'proxy_failure',
  'blocked_address',
  'bad_status',
  'response_invalid',
  'abandoned',
  'subscription_gone',
  'cancelled',
  'internal_error',
];

/** A code of the API in words: `tls_failure` as `TLS failure`. */
export function errorWords(code: string): string {
  const words = code.replaceAll('_', ' ').replace(/\b(tls|dns)\b/, (name) => name.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const STATUS_OPTIONS = (Object.keys(STATUSES) as DeliveryStatus[]).map((value) => ({
  value,
  label: STATUSES[value].word,
}));

export const FILTERS: readonly Filter[] = [
  { name: 'status', label: 'Status', kind: 'some', options: STATUS_OPTIONS },
  {
    name: 'event_type',
    label: 'Type',
    kind: 'text',
    placeholder: 'order.*',
    help: 'An event type, or a pattern such as order.*',
  },
  {
    name: 'subscription_id',
    label: 'Subscription',
    kind: 'text',
    placeholder: 'sub_…',
    help: 'The id of a subscription',
  },
  {
    name: 'status_code',
    label: 'Response',
    kind: 'text',
    placeholder: '5xx',
    suggestions: ['2xx', '4xx', '5xx', '410', '429', '503'],
    help: 'A status code, or a class of them',
  },
  {
    name: 'error_code',
    label: 'Error',
    kind: 'one',
    options: ERROR_CODES.map((value) => ({ value, label: errorWords(value) })),
  },
  {
    name: 'tag',
    label: 'Tag',
    kind: 'text',
    placeholder: 'order-1234',
    help: 'A tag that the event was published with',
  },
  {
    name: 'target_host',
    label: 'Host',
    kind: 'text',
    placeholder: 'hooks.example.com',
    help: 'Host of the target URL',
  },
  { name: 'since', label: 'Since', kind: 'time', help: 'Events accepted at this time or later' },
  { name: 'until', label: 'Until', kind: 'time', help: 'Events accepted before this time' },
  { name: 'event_id', label: 'Event', kind: 'text', placeholder: 'evt_…', help: 'The id of an event' },
  {
    name: 'idempotency_key',
    label: 'Idempotency key',
    kind: 'text',
    placeholder: 'order-1234-paid',
    help: 'The Idempotency-Key that the event was published with',
  },
];

/** What a chip shows of a value. */
export function shownValue(filter: Filter<string>, value: string): string {
  switch (filter.kind) {
    case 'some':
    case 'one': {
      const labels = value
        .split(',')
        .map((each) => filter.options.find((option) => option.value === each)?.label ?? each);
      return labels.join(', ').toLowerCase().replace('tls', 'TLS').replace('dns', 'DNS');
    }
    case 'time':
      return Number.isNaN(Date.parse(value)) ? value : localTime(value).replace(/:\d\d\.\d{3}$/, '');
    case 'text':
      return value.length > 32 ? `${value.slice(0, 6)}…${value.slice(-10)}` : value;
  }
}
