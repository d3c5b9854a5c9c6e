import { counted } from '../lib/numbers';
import { spanOf } from '../lib/times';
import { signedBytes } from '../lib/sign';
import { bodyVariants } from './body-variants';
import { type GivenHeaders, readHeaders } from './read-headers';
import { type GivenSignature, isSignedBy, readSignatures } from './signatures';
import { readKeys, type VerifyingKey } from './verifying-keys';

export interface Given {
  readonly headers: string;
  readonly body: string;
  readonly secret: string;
}

export interface Step {
  readonly name: 'Headers' | 'Timestamp' | 'Secret' | 'Signature';
  /** `skipped`: an earlier step must pass first. */
  readonly state: 'passed' | 'failed' | 'skipped';
  /** What was found, in a sentence or two. */
  readonly finding: string;
}

export interface Verification {
  /** `late`: the signature is right, and the time is not. `open`: something is not filled in yet. */
  readonly verdict: 'verified' | 'late' | 'failed' | 'open';
  readonly summary: string;
  readonly steps: readonly Step[];
}

/** How far the timestamp may be off, as Standard Webhooks libraries have it. */
const TOLERANCE_S = 300;
const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
/** Names that other senders, and older libraries, use. */
const OTHER_NAMES = ['svix-id', 'svix-timestamp', 'svix-signature'] as const;

/** Verifies a webhook as a receiver does, step by step, and looks for the mistake behind what fails. */
export async function verifyWebhook(given: Given, nowMs: number): Promise<Verification> {
  const headers = headersStep(readHeaders(given.headers));
  const [id, timestamp, signature] = headers.values;
  const time = headers.step.state === 'passed' ? timestampStep(timestamp, nowMs) : skipped('Timestamp');
  const { keys, faults } = readKeys(given.secret);
  const secret = secretStep(keys, faults);
  const isReady = headers.step.state === 'passed' && keys.length > 0;
  const match = isReady
    ? await signatureStep({ id, timestamp, signature, keys, body: given.body })
    : skipped('Signature');
  const steps = [headers.step, time, secret, match];
  return { ...verdictOf(steps), steps };
}

function verdictOf([headers, time, secret, match]: readonly Step[]): Pick<Verification, 'verdict' | 'summary'> {
  const failed = [headers, secret, match].find((step) => step?.state === 'failed');
  if (failed !== undefined) return { verdict: 'failed', summary: failed.finding };
  if (match?.state !== 'passed') return { verdict: 'open', summary: secret?.finding ?? '' };
  if (time?.state === 'failed')
    return { verdict: 'late', summary: `The signature is right, but a receiver refuses it now. ${time.finding}` };
  return { verdict: 'verified', summary: 'The signature is right: body, id and timestamp are those that were sent.' };
}

function skipped(name: Step['name']): Step {
  return { name, state: 'skipped', finding: 'Not looked at yet.' };
}

function headersStep(headers: GivenHeaders): {
  readonly step: Step;
  readonly values: readonly [string, string, string];
} {
  const values = NAMES.map((name, index) => headers.get(name) ?? headers.get(OTHER_NAMES[index] ?? '') ?? '');
  const [id = '', timestamp = '', signature = ''] = values;
  const missing = NAMES.filter((_, index) => values[index] === '');
  const step = (state: Step['state'], finding: string): Step => ({ name: 'Headers', state, finding });
  const all = [id, timestamp, signature] as const;
  if (missing.length > 0) {
    const others = [...headers.keys()].filter(
      (name) => name.includes('signature') && !NAMES.some((known) => known === name),
    );
    const hint =
      others.length > 0
        ? ` ${others.join(', ')} is of another scheme.`
        : ' A proxy may have removed them, or a framework renamed them.';
    return {
      step: step('failed', `${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing.${hint}`),
      values: all,
    };
  }
  return { step: step('passed', `${listed(NAMES)} are there.`), values: all };
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function timestampStep(timestamp: string, nowMs: number): Step {
  const step = (state: Step['state'], finding: string): Step => ({ name: 'Timestamp', state, finding });
  if (!/^\d+$/.test(timestamp)) {
    return step('failed', `webhook-timestamp is ${timestamp.slice(0, 40)}. It must be whole seconds since 1970.`);
  }
  const seconds = Number(timestamp);
  if (seconds > 1e11) return step('failed', 'webhook-timestamp is in milliseconds. It must be in seconds.');
  const offS = Math.round(nowMs / 1000) - seconds;
  const span = spanOf(Math.abs(offS));
  if (Math.abs(offS) <= TOLERANCE_S) {
    return step('passed', offS < 0 ? `It is ${span} ahead of this computer's clock.` : `It was sent ${span} ago.`);
  }
  return offS > 0
    ? step(
        'failed',
        `It was sent ${span} ago. Receivers take what is at most 5 min old, so that nobody can replay it later.`,
      )
    : step(
        'failed',
        `It is ${span} ahead of this computer's clock. Receivers take at most 5 min, so one of the clocks is wrong.`,
      );
}

function secretStep(keys: readonly VerifyingKey[], faults: readonly string[]): Step {
  const step = (state: Step['state'], finding: string): Step => ({ name: 'Secret', state, finding });
  const [fault] = faults;
  if (fault !== undefined && keys.length === 0) return step('failed', fault);
  if (keys.length === 0) return step('skipped', 'Fill in the secret of the subscription.');
  const isPublic = keys.some(({ scheme }) => scheme === 'v1a');
  return step(
    'passed',
    isPublic
      ? 'It is a public key, for Ed25519 signatures (v1a).'
      : 'It is a shared secret, for HMAC-SHA256 signatures (v1).',
  );
}

interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly keys: readonly VerifyingKey[];
  readonly body: string;
}

async function signatureStep({ id, timestamp, signature, keys, body }: Signed): Promise<Step> {
  const step = (state: Step['state'], finding: string): Step => ({ name: 'Signature', state, finding });
  const all = readSignatures(signature);
  const usable = all.filter(({ scheme, bytes }) => bytes !== null && keys.some((key) => key.scheme === scheme));
  if (usable.length === 0) return step('failed', unusable(all, keys));
  const signedOf = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => signedBytes(id, timestamp, bytes);
  const sent = new TextEncoder().encode(body);
  const found = await matchOf(usable, keys, signedOf(sent));
  if (found !== null) {
    const { mistake } = found.key;
    const which =
      usable.length === 1
        ? 'It matches.'
        : `Number ${all.indexOf(found.signature) + 1} of ${counted(all.length, 'signature')} matches; one is enough.`;
    return mistake === null
      ? step('passed', which)
      : step('failed', `It matches only after a change of the secret. ${mistake}`);
  }
  for (const { bytes, change } of bodyVariants(body)) {
    if ((await matchOf(usable, keys, signedOf(bytes))) !== null) {
      return step(
        'failed',
        `The body was changed before it came here. ${change} Verify the bytes as they arrive, before anything parses them.`,
      );
    }
  }
  return step('failed', NO_MATCH);
}

const NO_MATCH =
  'It does not match, and no common change of the body explains that. Check that the secret is the one of this ' +
  'subscription, and that body and headers are of the same request.';

interface Match {
  readonly signature: GivenSignature;
  readonly key: VerifyingKey;
}

async function matchOf(
  signatures: readonly GivenSignature[],
  keys: readonly VerifyingKey[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<Match | null> {
  for (const signature of signatures) {
    for (const key of keys) {
      if (key.scheme !== signature.scheme || signature.bytes === null) continue;
      if (await isSignedBy(key, signature.bytes, signed)) return { signature, key };
    }
  }
  return null;
}

/** Why none of the signatures can be compared. */
function unusable(all: readonly GivenSignature[], keys: readonly VerifyingKey[]): string {
  const schemes = new Set(all.map(({ scheme }) => scheme));
  if (keys.every(({ scheme }) => scheme === 'v1') && schemes.has('v1a')) {
    return 'It is an Ed25519 signature (v1a), and the secret is a shared one (v1). Use the public key of the subscription, whpk_….';
  }
  if (keys.every(({ scheme }) => scheme === 'v1a') && schemes.has('v1')) {
    return 'It is an HMAC signature (v1), and the secret is a public key (v1a). Use the secret of the subscription, whsec_….';
  }
  if (all.some(({ text }) => /^(sha256=)?[0-9a-f]{64}$/i.test(text))) {
    return 'It is hexadecimal, as other services send it. Standard Webhooks has v1, and base64 after it.';
  }
  if (all.some(({ scheme }) => scheme === '')) return 'It has no version. It must begin with v1, or v1a, and a comma.';
  if (all.some(({ bytes, scheme }) => bytes === null && /^v1a?$/.test(scheme)))
    return 'What follows the version is not base64. Check that all of it was copied.';
  return `Its version, ${[...schemes].join(' and ').slice(0, 40)}, is unknown. This tool knows v1 and v1a.`;
}
