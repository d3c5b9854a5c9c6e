import type { AttemptPhases } from './attempt-outcome.js';
import type { SentRequest } from './sent-request.js';

/**
 * What an attempt keeps of its exchange, in one value: its phases, and what was sent. The first line has the form of
 * the record and the milliseconds of each phase, empty for one that did not happen. If anything was sent, five lines
 * follow: version, host, timestamp, signature and own headers, none of which can contain a line break.
 *
 *     1,,,,12,0
 *     0.1.0
 *     example.com
 *     1767225600
 *     v1,q83vEjRWeJA=
 *     ["x-team","core"]
 */
const FORM = '1';

/** All characters are ASCII. */
export function exchangeRecord(
  { dnsMs, connectMs, tlsMs, waitMs, readMs }: AttemptPhases,
  sent: SentRequest | null,
): string {
  const phases = `${FORM},${whole(dnsMs)},${whole(connectMs)},${whole(tlsMs)},${whole(waitMs)},${whole(readMs)}`;
  if (sent === null) return phases;
  return `${phases}\n${sent.version}\n${sent.host}\n${sent.timestamp}\n${sent.signature}\n${sent.own}`;
}

function whole(ms: number | null): number | '' {
  return ms === null ? '' : Math.round(ms);
}

/** What an attempt has kept. Both are null in a record of another version that this one cannot read. */
export function readExchangeRecord(record: string): { phases: AttemptPhases | null; sent: SentRequest | null } {
  const [first = '', version, host, timestamp, signature, own] = record.split('\n');
  const [form, ...lengths] = first.split(',');
  if (form !== FORM) return { phases: null, sent: null };
  const [dnsMs, connectMs, tlsMs, waitMs, readMs] = lengths.map((length) => (length === '' ? null : Number(length)));
  const phases: AttemptPhases = {
    dnsMs: dnsMs ?? null,
    connectMs: connectMs ?? null,
    tlsMs: tlsMs ?? null,
    waitMs: waitMs ?? null,
    readMs: readMs ?? null,
  };
  if (version === undefined || host === undefined || signature === undefined || own === undefined) {
    return { phases, sent: null };
  }
  return { phases, sent: { version, host, timestamp: Number(timestamp), signature, own } };
}
