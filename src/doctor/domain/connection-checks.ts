import { capitalised, duration } from '../../shared/domain/in-words.js';
import { type Finding, finding } from './check.js';
import type { Findings } from './series.js';

const DAY_MS = 86_400_000;
/** A certificate that is renewed automatically is renewed a month before it expires. */
const SOON_DAYS = 21;
/** Share of the timeout beyond which answers are slow: load or a pause would make them time out. */
const SLOW_SHARE = 1 / 3;

/** Whether an answer asks to go elsewhere. */
export function redirects({ sent }: Findings): Finding {
  if (sent.every(({ answer }) => answer.statusCode === null)) return finding('skipped', 'No answer came.');
  const index = sent.findIndex(({ answer }) => answer.redirect !== null);
  const answer = sent[index]?.answer;
  if (answer?.redirect == null) return finding('ok', 'No answer was a redirect.');
  const { redirect, statusCode } = answer;
  const evidence = { requests: [index + 1], statusCodes: [statusCode], redirectsTo: redirect.to };
  const sentence = `The receiver answered ${statusCode}, but redirects are not followed: set target_url to ${redirect.to ?? 'the final URL'}.`;
  return finding('failed', sentence, evidence);
}

/** Whether the connection is encrypted, and how long its certificate lasts. */
export function tls({ sent, isSecure, refusedCertificate, nowMs }: Findings): Finding {
  if (!isSecure) {
    const sentence =
      'The target is plain HTTP, so anyone on the network path can read and change what is sent: use https:// in target_url.';
    return finding('warning', sentence);
  }
  const error = sent[0]?.answer.error;
  if (error?.code === 'tls_failure') {
    if (refusedCertificate === null) return finding('failed', `${capitalised(error.message)}.`);
    const { expiresAtMs } = refusedCertificate;
    const sentence = expiresAtMs <= nowMs ? expired(expiresAtMs) : `${capitalised(error.message)}.`;
    return finding('failed', sentence, { certificateExpiresAtMs: expiresAtMs });
  }
  const made = sent.find(({ answer }) => answer.connection !== null)?.answer.connection?.tls;
  if (made == null) return finding('skipped', 'No connection was made, so there was no TLS handshake.');
  const { protocol, certificate } = made;
  if (certificate === null) return finding('ok', `The connection uses ${protocol}.`, { tlsProtocol: protocol });
  const { expiresAtMs } = certificate;
  const evidence = { tlsProtocol: protocol, certificateExpiresAtMs: expiresAtMs };
  // It expired during the check.
  if (expiresAtMs <= nowMs) return finding('failed', expired(expiresAtMs), evidence);
  const days = Math.floor((expiresAtMs - nowMs) / DAY_MS);
  if (days < SOON_DAYS) {
    const sentence = `The receiver's certificate expires on ${day(expiresAtMs)}, ${inDays(days)}: renew it now, and automate renewals.`;
    return finding('warning', sentence, evidence);
  }
  return finding(
    'ok',
    `The connection uses ${protocol}, and the certificate is valid until ${day(expiresAtMs)}.`,
    evidence,
  );
}

/** Whether the receiver answers well within its timeout. */
export function latency({ sent, timeoutMs }: Findings): Finding {
  const good = sent.filter(({ purpose }) => purpose === 'good');
  const answered = good.filter(({ answer }) => answer.statusCode !== null);
  if (answered.length === 0) {
    const error = good[0]?.answer.error;
    return error?.code === 'timeout'
      ? finding('failed', `${capitalised(error.message)}.`, { timeoutMs })
      : finding('skipped', 'No answer came.');
  }
  const times = answered.map(({ answer }) => answer.durationMs).sort((a, b) => a - b);
  const medianMs = Math.round(times[Math.ceil(times.length / 2) - 1] ?? 0);
  const setUp = sent.find(({ answer }) => answer.connection !== null)?.answer.connection?.setUpMs;
  const evidence = { medianMs, timeoutMs, ...(setUp !== undefined && { setUpMs: Math.round(setUp) }) };
  const ofHowMany = times.length === 1 ? 'one request' : `median of ${times.length} requests`;
  if (medianMs > timeoutMs * SLOW_SHARE) {
    const sentence = `The receiver takes ${duration(medianMs)} to answer (${ofHowMany}), more than a third of the timeout of ${duration(timeoutMs)}: answer first, and work later.`;
    return finding('warning', sentence, evidence);
  }
  const connecting = setUp === undefined ? '' : `, and a new connection takes ${duration(setUp)} more`;
  return finding('ok', `The receiver answers in ${duration(medianMs)} (${ofHowMany})${connecting}.`, evidence);
}

/** Whether the receiver sends more than anybody reads. */
export function responseSize({ sent }: Findings): Finding {
  const answers = sent.map(({ answer }) => answer).filter(({ statusCode }) => statusCode !== null);
  const [largest] = answers.sort((a, b) => b.responseBytes - a.responseBytes);
  if (largest === undefined) return finding('skipped', 'No answer came.');
  const { responseBytes, responseBody, isResponseCut } = largest;
  const evidence = { largestBytes: responseBytes };
  if (responseBytes === 0) return finding('ok', 'All response bodies are empty.', evidence);
  const bytes = responseBytes === 1 ? '1 byte' : `${responseBytes.toLocaleString('en-US')} bytes`;
  if (isResponseCut) {
    const sentence = `The receiver sent more than ${bytes} in a response body; reading stops there and the connection is closed, so each delivery needs a new one: answer with a short body or none.`;
    return finding('warning', sentence, evidence);
  }
  const kept =
    responseBody.length < responseBytes
      ? `, of which the history keeps ${responseBody.length.toLocaleString('en-US')}`
      : '';
  return finding('ok', `The largest response body is ${bytes}${kept}.`, evidence);
}

function expired(expiredAtMs: number): string {
  return `The receiver's certificate expired on ${day(expiredAtMs)}: renew it.`;
}

/** @param days whole days, rounded down */
function inDays(days: number): string {
  if (days === 0) return 'in less than a day';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

/** A date in UTC, such as "2 January 2020". */
function day(ms: number): string {
  return new Date(ms).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });
}
