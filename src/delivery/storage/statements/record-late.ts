import { statement } from '../../../shared/database/statement.js';

/**
 * Stores results of attempts whose claim is no longer valid, and changes nothing else. `bytes` is that of `RECORD`.
 * A result replaces a row of the same attempt that says `abandoned` or is itself late. Any other row is the same
 * result, recorded by a statement whose response was lost. That row stays, and its delivery is not returned.
 */
export const RECORD_LATE = statement({
  name: 'record_late',
  servedBy: [],
  parameters: {
    ids: 'uuid[]',
    attempts: 'smallint[]',
    tenantIds: 'text[]',
    statusCodes: 'smallint[]',
    durationsMs: 'int[]',
    agesMs: 'int[]',
    errorCodes: 'text[]',
    errorMessages: 'text[]',
    responseHeaders: 'text[]',
    bytes: 'bytea',
    offsets: 'int[]',
    bodyLengths: 'int[]',
    exchangeLengths: 'int[]',
  },
  text: (p) => `insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code,
      error_message, response_headers, response_body, exchange, is_late)
    select id, number, tenant_id, now() - age_ms * interval '1 millisecond', duration_ms, status_code, error_code,
      error_message, headers, substring(${p.bytes} from at for body), substring(${p.bytes} from at + body for exchange),
      true
    from unnest(${p.ids}, ${p.attempts}, ${p.tenantIds}, ${p.statusCodes}, ${p.durationsMs}, ${p.agesMs}, ${p.errorCodes},
      ${p.errorMessages}, ${p.responseHeaders}, ${p.offsets}, ${p.bodyLengths}, ${p.exchangeLengths})
      a(id, number, tenant_id, status_code, duration_ms, age_ms, error_code, error_message, headers, at, body, exchange)
    on conflict (delivery_id, number) do update set started_at = excluded.started_at,
      duration_ms = excluded.duration_ms, status_code = excluded.status_code, error_code = excluded.error_code,
      error_message = excluded.error_message, response_headers = excluded.response_headers,
      response_body = excluded.response_body, exchange = excluded.exchange, is_late = true
    where attempts.error_code = 'abandoned' or attempts.is_late
    returning delivery_id`,
});
