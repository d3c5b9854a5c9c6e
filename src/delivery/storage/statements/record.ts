import { announceFailures } from '../../../announcements/index.js';
import { type Placeholders, statement } from '../../../shared/database/statement.js';
import { STATE } from '../../domain/delivery-state.js';
import { elementFor } from './fragments.js';
import { intoHistory } from './into-history.js';

/**
 * Texts and bytes of all attempts in one value, because PostgreSQL would search an array of texts for each element from
 * its start. The body, exchange record, headers, error code and error message of an attempt follow each other from its
 * offset, which counts from 1. Lengths are in bytes; an error without length is null.
 */
const PACKED = {
  bytes: 'bytea',
  offsets: 'int[]',
  bodyLengths: 'int[]',
  exchangeLengths: 'int[]',
  headersLengths: 'int[]',
  errorCodeLengths: 'int[]',
  errorMessageLengths: 'int[]',
} as const;

/** SQL for the texts and bytes of attempt i. */
function unpacked(
  p: Placeholders<typeof PACKED>,
): Record<'body' | 'exchange' | 'headers' | 'errorCode' | 'errorMessage', string> {
  const offset = `(${p.offsets})[i]`;
  const [body, exchange, headers, errorCode, errorMessage] = [
    p.bodyLengths,
    p.exchangeLengths,
    p.headersLengths,
    p.errorCodeLengths,
    p.errorMessageLengths,
  ].map((lengths) => `(${lengths})[i]`) as [string, string, string, string, string];
  const text = (from: string, length: string): string =>
    `convert_from(substring(${p.bytes} from ${from} for ${length}), 'UTF8')`;
  const unlessEmpty = (length: string, value: string): string => `case when ${length} > 0 then ${value} end`;
  return {
    body: `substring(${p.bytes} from ${offset} for ${body})`,
    exchange: `substring(${p.bytes} from ${offset} + ${body} for ${exchange})`,
    headers: text(`${offset} + ${body} + ${exchange}`, headers),
    errorCode: unlessEmpty(errorCode, text(`${offset} + ${body} + ${exchange} + ${headers}`, errorCode)),
    errorMessage: unlessEmpty(
      errorMessage,
      text(`${offset} + ${body} + ${exchange} + ${headers} + ${errorCode}`, errorMessage),
    ),
  };
}

const PARAMETERS = {
  retriedIds: 'uuid[]',
  retriedAttempts: 'smallint[]',
  retryDelaysMs: 'float8[]',
  finalIds: 'uuid[]',
  finalAttempts: 'smallint[]',
  finalStates: 'smallint[]',
  statusCodes: 'smallint[]',
  durationsMs: 'int[]',
  agesMs: 'int[]',
  ...PACKED,
} as const;

/** @param more further statements, each with a comma behind it */
function recordText(p: Placeholders<typeof PARAMETERS>, more: string): string {
  const { body, exchange, headers, errorCode, errorMessage } = unpacked(p);
  const all = `cardinality(${p.retriedIds}) + cardinality(${p.finalIds})`;
  return `with retried as (
      update open_deliveries o
      set state = ${STATE.pending},
        next_attempt_at = now() + ${elementFor('o.id', p.retryDelaysMs, p.retriedIds)} * interval '1 millisecond'
      where o.id = any(${p.retriedIds}) and o.state = ${STATE.inFlight}
        and o.attempt_count = ${elementFor('o.id', p.retriedAttempts, p.retriedIds)}
      returning o.id, o.attempt_count, o.tenant_id, width_bucket(o.id, ${p.retriedIds}) i),
    finished as (
      delete from open_deliveries o
      where o.id = any(${p.finalIds}) and o.state = ${STATE.inFlight}
        and o.attempt_count = ${elementFor('o.id', p.finalAttempts, p.finalIds)}
      returning o.*, width_bucket(o.id, ${p.finalIds}) f,
        width_bucket(o.id, ${p.finalIds}) + cardinality(${p.retriedIds}) i),
    kept as (
      ${intoHistory({
        from: 'finished',
        state: `(${p.finalStates})[f]`,
        statusCode: `(${p.statusCodes})[i]`,
        errorCode,
        errorMessage,
      })}),
    ${more}written as (
      insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code,
        error_message, response_headers, response_body, exchange)
      select id, attempt_count, tenant_id, now() - (${p.agesMs})[i] * interval '1 millisecond',
        (${p.durationsMs})[i], (${p.statusCodes})[i],
        ${errorCode},
        ${errorMessage},
        ${headers},
        ${body},
        ${exchange}
      from (select id, attempt_count, tenant_id, i from retried
        union all select id, attempt_count, tenant_id, i from finished) recorded
      returning delivery_id)
    select count(*) = ${all} as has_all, case when count(*) < ${all} then array_agg(delivery_id) end as ids
    from written`;
}

/**
 * Records attempts. The deliveries in `retried…` become pending again, and those in `final…` move to the history. Both
 * are sorted by id. The other arrays cover both, those of `retried…` first.
 *
 * Returns `has_all`, and if it is false, the deliveries that were recorded. The results of the others came too late.
 */
export const RECORD = statement({
  name: 'record',
  servedBy: ['open_deliveries_pkey'],
  parameters: PARAMETERS,
  text: (p) => recordText(p, ''),
});

/** As `RECORD`, for a group with failures that are announced. Without them, they cost nothing. */
export const RECORD_ANNOUNCING = statement({
  name: 'record_announcing',
  servedBy: ['open_deliveries_pkey'],
  parameters: { ...PARAMETERS, announcedIds: 'uuid[]' },
  text: (p) => {
    const failed = `finished where id = any(${p.announcedIds}) and (${p.finalStates})[f] = ${STATE.failed}`;
    return recordText(p, `announced as (\n      ${announceFailures(failed)}),\n    `);
  },
});
