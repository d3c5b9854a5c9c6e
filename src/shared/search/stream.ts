import type { Uuid } from '../ids/uuid.js';
import type { SearchStep, StepResult } from './bounded-search.js';
import { type Direction, successorOf } from './id-range.js';

/**
 * Collects the values of a statement. $1 is the tenant.
 */
export class Values {
  readonly list: unknown[] = [];

  /** Adds a value. @returns its placeholder */
  readonly given = (value: unknown): string => `$${this.list.push(value) + 1}`;
}

/** A statement with its values, of which the tenant is none. */
export interface SearchStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** SQL of the keyword for an order. */
export function sqlOrder(direction: Direction): 'desc' | 'asc' {
  return direction === 'older' ? 'desc' : 'asc';
}

/** What a stream of one step has looked at. */
export interface StreamRow {
  /** Rows it looked at. */
  readonly seen: number;
  /** The last of them, in the direction of the search. */
  readonly last: Uuid | null;
  readonly ids: readonly Uuid[];
}

/**
 * Makes the statement of a step. Each stream selects the next candidates of one source as rows of `pos` (where they
 * stand in the order), `id` and `ok` (whether they match; null is no), in the direction of the search and not more than
 * `candidates`.
 *
 * @returns a statement whose rows are `StreamRow`
 */
export function stepStatement(
  { direction, listed, wanted }: Pick<SearchStep, 'direction' | 'listed' | 'wanted'>,
  streams: readonly string[],
  values: Values,
): SearchStatement {
  const order = sqlOrder(direction);
  const names = streams.map((_, n) => `stream_${n}`);
  const limit = values.given(wanted);
  const key = listed.sqlKey('id');
  const parts = streams.map((stream, n) => `${names[n]} as materialized (${stream})`);
  const rows = names.map(
    (name) => `select (select count(*)::int from ${name}) as seen,
      (select pos from ${name} order by pos ${order === 'desc' ? 'asc' : 'desc'} limit 1) as last,
      array(select id from (select distinct on (${key}) id from ${name} where ok order by ${key} ${order}, id ${order})
        matches order by id ${order} limit ${limit}) as ids`,
  );
  return { text: `with ${parts.join(', ')}\n${rows.join('\nunion all\n')}`, values: values.list };
}

/**
 * Merges what the streams of a step have found. A stream that looked at as many candidates as it may has not seen what
 * lies beyond the last of them, so nothing beyond that counts yet.
 */
export function mergeStreams(
  { direction, candidates }: Pick<SearchStep, 'direction' | 'candidates'>,
  rows: readonly StreamRow[],
): StepResult {
  const isOlder = direction === 'older';
  const inOrder = (a: Uuid, b: Uuid): number => (a === b ? 0 : a > b === isOlder ? -1 : 1);
  const edges = rows.flatMap(({ seen, last }) =>
    seen < candidates || last === null ? [] : [isOlder ? last : successorOf(last)],
  );
  const [reached = null] = edges.sort(inOrder);
  const isSeen = (id: Uuid): boolean => reached === null || (isOlder ? id >= reached : id < reached);
  return {
    ids: rows
      .flatMap((row) => row.ids)
      .filter(isSeen)
      .sort(inOrder),
    reached,
  };
}
