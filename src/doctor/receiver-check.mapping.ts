import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { Evidence } from './domain/check.js';
import type { Sent } from './domain/series.js';
import type { CheckEvidenceAnswer, CheckRequestAnswer, ReceiverCheckAnswer } from './dto/receiver-check-answer.js';
import type { CheckedReceiver } from './receiver-checks.js';

export function toCheckAnswer(subscriptionId: Uuid, checked: CheckedReceiver): ReceiverCheckAnswer {
  const { targetUrl, startedAtMs, durationMs, verdict, summary, checks, sent } = checked;
  return {
    subscription_id: toPublicId('sub', subscriptionId),
    target_url: targetUrl,
    started_at: toTime(startedAtMs),
    duration_ms: Math.round(durationMs),
    verdict,
    summary,
    checks: checks.map(({ name, result, sentence, evidence }) => ({
      name,
      result,
      sentence,
      evidence: toEvidenceAnswer(evidence),
    })),
    requests: sent.map((each, index) => toRequestAnswer(each, index + 1)),
  };
}

function toEvidenceAnswer(evidence: Evidence): CheckEvidenceAnswer {
  const { requests, statusCodes, redirectsTo, tlsProtocol, certificateExpiresAtMs } = evidence;
  const { medianMs, setUpMs, timeoutMs, largestBytes } = evidence;
  return {
    ...(requests !== undefined && { requests }),
    ...(statusCodes !== undefined && { status_codes: statusCodes }),
    ...(redirectsTo !== undefined && { redirects_to: redirectsTo }),
    ...(tlsProtocol !== undefined && { tls_protocol: tlsProtocol }),
    ...(certificateExpiresAtMs !== undefined && { certificate_expires_at: toTime(certificateExpiresAtMs) }),
    ...(medianMs !== undefined && { median_ms: medianMs }),
    ...(setUpMs !== undefined && { set_up_ms: setUpMs }),
    ...(timeoutMs !== undefined && { timeout_ms: timeoutMs }),
    ...(largestBytes !== undefined && { largest_bytes: largestBytes }),
  };
}

function toRequestAnswer({ purpose, webhookId, sentAtMs, answer }: Sent, number: number): CheckRequestAnswer {
  const { connection, statusCode, error, durationMs, responseHeaders, responseBody } = answer;
  return {
    number,
    purpose,
    webhook_id: webhookId,
    sent_at: toTime(sentAtMs),
    duration_ms: Math.round(durationMs),
    set_up_ms: connection === null ? null : Math.round(connection.setUpMs),
    status_code: statusCode,
    error,
    response_headers: responseHeaders,
    response_body: responseBody.toString('utf8'),
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
