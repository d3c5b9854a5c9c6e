import type { AuthInput, SubscriptionPatch, SubscriptionWithHealthAnswer } from '../api/generated';
import { differing } from '../lib/use-edited';

/** How the API shows what it keeps hidden. Sent back, it changes nothing. */
const REDACTED = '[redacted]';

export interface HeaderRow {
  readonly name: string;
  /** Empty for a hidden value that is kept. */
  readonly value: string;
  /** Whether everyone who may read the subscription may read the value. */
  readonly isShown: boolean;
  /** Whether the service keeps a hidden value for it. */
  readonly isKept: boolean;
}

/** The form of how to send. Numbers are as they are typed; empty means the default of the service. */
export interface SendingDraft {
  readonly description: string;
  readonly target_url: string;
  readonly max_attempts: string;
  readonly initial_interval: string;
  readonly max_interval: string;
  readonly timeout: string;
  readonly max_in_flight: string;
  readonly headers: readonly HeaderRow[];
  readonly authType: 'none' | 'bearer' | 'basic';
  readonly username: string;
  /** The token or the password; empty for one that is kept. */
  readonly credential: string;
  readonly metadata: string;
}

export function sendingDraftOf(subscription: SubscriptionWithHealthAnswer): SendingDraft {
  const { retry, auth, shown_headers: shown, metadata } = subscription;
  return {
    description: subscription.description ?? '',
    target_url: subscription.target_url,
    max_attempts: String(retry.max_attempts),
    initial_interval: String(retry.initial_interval),
    max_interval: String(retry.max_interval),
    timeout: String(subscription.timeout),
    max_in_flight: String(subscription.max_in_flight),
    headers: Object.entries(subscription.headers).map(([name, value]) => ({
      name,
      value: value === REDACTED ? '' : value,
      isShown: shown.includes(name),
      isKept: value === REDACTED,
    })),
    authType: auth?.type ?? 'none',
    username: auth?.username ?? '',
    credential: '',
    metadata: Object.keys(metadata).length === 0 ? '' : JSON.stringify(metadata, null, 2),
  };
}

/** What differs from what is stored, as PATCH takes it. */
export function sendingPatchOf(draft: SendingDraft, stored: SendingDraft): SubscriptionPatch {
  const changed = differing(draft, stored);
  const differs = (...names: (keyof SendingDraft)[]): boolean => names.some((name) => name in changed);
  const { max_attempts: attempts, initial_interval: initial, max_interval: max } = draft;
  return {
    ...(differs('description') && { description: draft.description.trim() || null }),
    ...(differs('target_url') && { target_url: draft.target_url.trim() }),
    ...(differs('max_attempts', 'initial_interval', 'max_interval') && {
      retry: {
        ...(differs('max_attempts') && { max_attempts: numberOf(attempts) }),
        ...(differs('initial_interval') && { initial_interval: numberOf(initial) }),
        ...(differs('max_interval') && { max_interval: numberOf(max) }),
      },
    }),
    ...(differs('timeout') && { timeout: numberOf(draft.timeout) }),
    ...(differs('max_in_flight') && { max_in_flight: numberOf(draft.max_in_flight) }),
    ...(differs('headers') && headerFields(draft.headers)),
    ...(differs('authType', 'username', 'credential') && { auth: authOf(draft) }),
    ...(differs('metadata') && { metadata: metadataOf(draft.metadata) ?? {} }),
  };
}

/** Null if the text is no JSON object. */
export function metadataOf(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

function headerFields(rows: readonly HeaderRow[]): Pick<SubscriptionPatch, 'headers' | 'shown_headers'> {
  const named = rows.filter(({ name }) => name.trim() !== '');
  return {
    headers: Object.fromEntries(
      named.map(({ name, value, isKept }) => [name.trim(), value === '' && isKept ? REDACTED : value]),
    ),
    shown_headers: named.filter(({ isShown }) => isShown).map(({ name }) => name.trim()),
  };
}

function authOf({ authType, username, credential }: SendingDraft): AuthInput | null {
  const kept = credential === '' ? REDACTED : credential;
  switch (authType) {
    case 'none':
      return null;
    case 'bearer':
      return { type: 'bearer', token: kept };
    case 'basic':
      return { type: 'basic', username, password: kept };
  }
}
