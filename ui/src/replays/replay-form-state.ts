import type { ReplayInput } from '../api/generated';
import { STATUSES } from '../components/status';
import type { ReplayField, ReplaySearch } from './replay-search';

export type ReplayKind = NonNullable<ReplayInput['kind']>;
export type ReplayForm = Partial<Record<ReplayField, string>>;

export const KINDS: readonly { readonly kind: ReplayKind; readonly label: string; readonly help: string }[] = [
  { kind: 'failed', label: 'What failed', help: 'Deliveries that failed, and whose event was not delivered since.' },
  { kind: 'missing', label: 'What is missing', help: 'Events that a subscription wants, and has no delivery of.' },
  { kind: 'status', label: 'By outcome', help: 'Deliveries that failed, were cancelled, or even arrived.' },
  { kind: 'selected', label: 'Selected deliveries', help: 'One by one, by their ids.' },
];

export const FINISHED = ['failed', 'cancelled', 'delivered'] as const;
type Finished = (typeof FINISHED)[number];

/** Filters that make sense for a kind. Events without a delivery have no response. */
const OF_EVENTS = ['subscription_id', 'event_type', 'event_id', 'tag', 'since', 'until'] as const;
const OF_DELIVERIES = [...OF_EVENTS, 'status_code', 'error_code', 'target_host'] as const;
type FilterField = (typeof OF_DELIVERIES)[number];

const FIELDS_OF: Readonly<Record<ReplayKind, readonly FilterField[]>> = {
  failed: OF_DELIVERIES,
  status: OF_DELIVERIES,
  missing: OF_EVENTS,
  selected: [],
};

export function takes(kind: ReplayKind, field: FilterField): boolean {
  return FIELDS_OF[kind].includes(field);
}

/** The kind that a URL means, which may be that of a list of deliveries. */
export function kindOf({ kind, delivery_ids: ids, status }: ReplayForm): ReplayKind {
  const given = KINDS.find((each) => each.kind === kind);
  if (given !== undefined) return given.kind;
  if (ids !== undefined) return 'selected';
  return status === undefined || status === 'failed' ? 'failed' : 'status';
}

export function statusesOf({ status = '' }: ReplayForm): Finished[] {
  const given = status.split(',');
  return FINISHED.filter((each) => given.includes(each));
}

/** Ids of deliveries in what somebody pasted, each once. */
export function idsIn(text: string): string[] {
  return [...new Set(text.match(/\bdlv_[0-9a-z]{26}\b/g) ?? [])];
}

/** The body for the API. It judges the values, and its refusal is shown. */
export function inputOf(form: ReplayForm): ReplayInput {
  const kind = kindOf(form);
  const filters = FIELDS_OF[kind].flatMap((name) => {
    const value = form[name]?.trim();
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return {
    kind,
    ...(Object.fromEntries(filters) as Pick<ReplayInput, FilterField>),
    ...(kind === 'status' && { statuses: statusesOf(form) }),
    ...(kind === 'selected' && { delivery_ids: idsIn(form.delivery_ids ?? '') }),
    ...(form.rate !== undefined && form.rate !== '' && { rate: Number(form.rate) }),
  };
}

/** Something that a list of deliveries can be filtered by, and a replay cannot. */
export interface Refusal {
  readonly words: string;
  /** What to do instead, and what the form is then. */
  readonly action: string;
  readonly change: ReplayForm;
}

/**
 * What a replay cannot take over from a list of deliveries. Nothing is left out in silence: a filter less would send
 * more.
 */
export function refusalsOf(form: ReplayForm): Refusal[] {
  const refusals: Refusal[] = [];
  if (form.idempotency_key !== undefined) {
    refusals.push({
      words:
        'A replay cannot be limited to an idempotency key. Use the id of the event, or select its deliveries in the list.',
      action: 'Go on without the key, which may find more',
      change: { idempotency_key: undefined },
    });
  }
  if (form.replay_id !== undefined) {
    refusals.push({
      words: 'A replay cannot be limited to what another replay has sent. Select the deliveries in the list instead.',
      action: 'Go on without this limit, which may find more',
      change: { replay_id: undefined },
    });
  }
  const unfinished = unfinishedIn(form);
  if (unfinished.length > 0) {
    const rest = statusesOf(form);
    refusals.push({
      words: `Only finished deliveries can be sent again, so not those that are ${unfinished.join(', ')}. They go on by themselves.`,
      action: rest.length === 0 ? 'Send what failed instead' : 'Leave them out',
      change: { status: rest.length === 0 ? undefined : rest.join(',') },
    });
  }
  return refusals;
}

const WORDS = new Map<string, string>(Object.entries(STATUSES).map(([name, { word }]) => [name, word.toLowerCase()]));

function unfinishedIn(form: ReplayForm): string[] {
  if (kindOf(form) !== 'status') return [];
  const given = form.status?.split(',') ?? [];
  return given
    .filter((each) => !FINISHED.some((finished) => finished === each))
    .map((each) => WORDS.get(each) ?? each);
}

/** More ids do not fit into a URL that servers take. Until the page is left, they are in the form. */
const MAX_IDS_IN_URL = 200;

/** What the URL says of a form. */
export function searchOfForm(form: ReplayForm): ReplaySearch {
  const entries = Object.entries(form).filter(
    ([, value]: [string, string | undefined]) => value !== undefined && value !== '',
  );
  const { delivery_ids: text, ...search }: ReplaySearch = Object.fromEntries(entries);
  if (text === undefined) return search;
  const ids = idsIn(text);
  return { ...search, delivery_ids: ids.length > MAX_IDS_IN_URL ? undefined : ids.join(',') };
}
