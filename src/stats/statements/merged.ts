import { ENTRY_BYTES } from '../domain/histogram.js';

const DURATIONS = `string_agg(int2send(bucket) || int4send(n::int), ''::bytea order by bucket)
      filter (where bucket is not null) as durations`;

/** SQL for the count and the stored histogram of rows, of which each counts `n` in a bucket, or in none. */
export const SUMMED = `sum(n)::bigint as count, ${DURATIONS}`;

/** As SUMMED, for rows of which those without a bucket count those with one, too. */
export const MERGED = `sum(n) filter (where bucket is null)::bigint as count, ${DURATIONS}`;

/** As SUMMED, for rows with stored histograms: joins their bytes. */
export const JOINED = `sum(count)::bigint as count, string_agg(durations, ''::bytea) as durations`;

const byte = (index: number): string => `get_byte(durations, i * ${ENTRY_BYTES} + ${index})`;

/** SQL for the entries `e(bucket, n)` of a row's histogram. */
export const ENTRIES = `lateral (
      select (${byte(0)} * 256 + ${byte(1)})::smallint as bucket,
        (${byte(2)} << 24) + (${byte(3)} << 16) + (${byte(4)} << 8) + ${byte(5)} as n
      from generate_series(0, length(durations) / ${ENTRY_BYTES} - 1) i) e`;
