import { answerOf } from '../api/failure';
import {
  getSubscriptionSecret,
  publishToAll,
  type PublishToAllData,
  publishToSubscription,
  type WarningAnswer,
} from '../api/generated';
import { canSign, hexSignatureOf } from '../lib/sign';
import type { Draft } from './draft';

/** What came of publishing. */
export interface Sent {
  readonly eventId: string;
  readonly warnings: readonly WarningAnswer[];
  /** Whether an earlier request with the same Idempotency-Key had published it, so that this one published nothing. */
  readonly isRepeated: boolean;
}

const FORM = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** Headers that say what a draft says, beside those of every request. */
export function headersOf({ tags, contentType, idempotencyKey }: Draft): Record<string, string> {
  return {
    'Content-Type': contentType.trim(),
    ...(tags.trim() !== '' && { 'X-Event-Tags': tags.trim() }),
    ...(idempotencyKey.trim() !== '' && { 'Idempotency-Key': idempotencyKey.trim() }),
    // Whoever wrote down the type of a form means one.
    ...(FORM.test(contentType.trim()) && { 'X-Allow-Form': 'true' }),
  };
}

/**
 * Publishes a draft, byte for byte.
 *
 * @param isSigned whether the subscription takes signed events only
 * @throws Refused, Unreachable; after the latter, it may have been published
 */
export async function send(draft: Draft, isSigned: boolean): Promise<Sent> {
  const eventType = draft.eventType.trim();
  const asItIs = { body: draft.payload, bodySerializer: (body: unknown) => body };
  if (draft.to === '') {
    const headers = headersOf(draft) as PublishToAllData['headers'];
    return sentOf(publishToAll({ ...asItIs, path: { event_type: eventType }, headers }));
  }
  const signature = isSigned ? await signatureFor(draft) : {};
  const headers = { ...headersOf(draft), 'X-Event-Type': eventType, ...signature };
  return sentOf(
    publishToSubscription({
      ...asItIs,
      path: { subscription_id: draft.to },
      headers,
    }),
  );
}

interface Published {
  readonly data?: { readonly event_id: string; readonly warnings?: readonly WarningAnswer[] };
  readonly response?: Response;
}

async function sentOf(call: Promise<Published>): Promise<Sent> {
  const result = await call;
  const { event_id: eventId, warnings = [] } = await answerOf(Promise.resolve(result));
  return { eventId, warnings, isRepeated: result.response?.headers.get('idempotent-replayed') === 'true' };
}

/**
 * The header of a signed publication; nothing where this page cannot sign, and then the service says what is missing.
 */
async function signatureFor({ to, payload }: Draft): Promise<Record<string, string>> {
  if (!canSign() || payload === null) return {};
  const { secret } = await answerOf(getSubscriptionSecret({ path: { id: to } }));
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : new Uint8Array(payload);
  return { 'X-Signature-256': `sha256=${await hexSignatureOf(secret, bytes)}` };
}
