import { type ProbeAnswer, probeError } from '../../src/delivery/domain/probe.js';
import type { CheckName, Result } from '../../src/doctor/domain/check.js';
import { type Findings, goesOn, type Purpose, type Sent, SERIES } from '../../src/doctor/domain/series.js';

/** When the findings were made. */
export const NOW = Date.parse('2026-11-30T12:00:00Z');
export const DAY_MS = 86_400_000;
const CONNECTED = { setUpMs: 31.6, tls: { protocol: 'TLSv1.3', certificate: { expiresAtMs: NOW + 90 * DAY_MS } } };

type Given = Partial<ProbeAnswer>;

/** An answer with a status. */
export const status = (statusCode: number, more: Given = {}): Given => ({
  statusCode,
  error:
    statusCode < 300
      ? null
      : probeError(statusCode, { code: 'bad_status', message: `the receiver answered ${statusCode}` }),
  ...more,
});
/** No answer. */
export const none = (message: string, code: 'timeout' | 'tls_failure' | 'connection_refused' = 'timeout'): Given => ({
  statusCode: null,
  error: { code, message },
});

export const HANGS = none('the receiver sent no complete response within 15 s; it should answer first and work later');
/** A receiver that does everything right. */
const RIGHT: Readonly<Record<Purpose, Given>> = {
  good: status(200),
  repeat: status(200),
  tampered: status(401),
  old: status(401),
};

/**
 * The findings about a receiver.
 *
 * @param answers by purpose; a list for `good` gives each request its own
 */
export function findings(
  answers: Partial<Record<Purpose, Given | readonly Given[]>> = {},
  more: Partial<Findings> = {},
): Findings {
  const sent: Sent[] = [];
  const taken = new Map<Purpose, number>();
  for (const purpose of SERIES) {
    if (!goesOn(sent)) break;
    const index = taken.get(purpose) ?? 0;
    taken.set(purpose, index + 1);
    const of = [answers[purpose] ?? RIGHT[purpose]].flat() as readonly Given[];
    const answer: ProbeAnswer = {
      ...{ statusCode: 200, error: null, durationMs: 12, redirect: null, responseHeaders: {} },
      ...{ responseBody: Buffer.from('ok'), responseBytes: 2, isResponseCut: false },
      connection: sent.length === 0 ? CONNECTED : null,
      ...of[Math.min(index, of.length - 1)],
    };
    sent.push({ purpose, webhookId: `evt_${sent.length}`, sentAtMs: NOW, answer });
  }
  return {
    ...{ sent, budgetMs: 60_000, timeoutMs: 15_000, isSecure: true, refusedCertificate: null },
    ...{ state: 'active' as const, nowMs: NOW },
    ...more,
  };
}

export const REFUSES_ALL = {
  good: status(500, { error: { code: 'bad_status', message: 'the receiver answered 500' } }),
};
export const ACCEPTS_ALL = { tampered: status(200), old: status(204) };
export const MEND_FIRST = 'Not tried, because the receiver does not accept correctly signed requests; fix that first.';

/** Findings, and what a check says of them. */
export type Case = readonly [name: CheckName, of: string, found: Findings, result: Result, sentence: string];
