/** A key with which a signature is verified. */
export interface VerifyingKey {
  readonly scheme: 'v1' | 'v1a';
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What had to be mended to get it; null if it was taken as it was given. */
  readonly mistake: string | null;
}

interface ReadKeys {
  readonly keys: readonly VerifyingKey[];
  /** Why a secret cannot be used. */
  readonly faults: readonly string[];
}

const PUBLIC_BYTES = 32;
const PRIVATE_KEY =
  'whsk_… is the private key, with which the service signs. Receivers verify with the public key, whpk_…, and must never have the private one.';

/** Reads one or several secrets, separated by spaces: while a secret is rotated, two are valid. */
export function readKeys(given: string): ReadKeys {
  const whole = readSecret(given);
  const parts = given
    .trim()
    .split(/[\s,]+/)
    .filter(Boolean);
  // A secret without a prefix may contain spaces itself.
  const isOne = parts.length < 2 || !parts.every((part) => /^wh(sec|pk|sk)_/.test(part));
  const read = isOne ? [whole] : parts.map(readSecret);
  return { keys: read.flatMap(({ keys }) => keys), faults: read.flatMap(({ faults }) => faults) };
}

function readSecret(given: string): ReadKeys {
  const secret = given
    .trim()
    .replace(/^[A-Z][A-Z0-9_]*=(?=["']?wh)/, '')
    .replace(/^(["'])(.*)\1$/, '$2');
  const isMended = secret !== given;
  const mistake = isMended ? 'The secret has quotes, spaces or a name around it, which are not part of it.' : null;
  if (secret.startsWith('whsec_')) return readShared(secret, mistake);
  if (secret.startsWith('whpk_')) return readPublic(secret, mistake);
  if (secret.startsWith('whsk_')) return faulty(PRIVATE_KEY);
  if (secret.startsWith('whk_'))
    return faulty('whk_… is an API key. The secret of a subscription begins with whsec_ or whpk_.');
  if (secret.startsWith('-----BEGIN')) return faulty('This is a PEM key. The service shows its public key as whpk_….');
  return readText(given, secret, mistake);
}

function readShared(secret: string, mistake: string | null): ReadKeys {
  const bytes = bytesOfBase64(secret.slice('whsec_'.length));
  if (bytes === null)
    return faulty('What follows whsec_ is not base64. Check that you copied all of it, and nothing else.');
  const text = { scheme: 'v1' as const, bytes: utf8(secret), mistake: TEXT_AS_KEY };
  return { keys: [{ scheme: 'v1', bytes, mistake }, text], faults: [] };
}

const TEXT_AS_KEY =
  'It was signed with the text of the secret as the key. The key is what one gets by decoding the base64 after whsec_.';

function readPublic(secret: string, mistake: string | null): ReadKeys {
  const bytes = bytesOfBase64(secret.slice('whpk_'.length));
  if (bytes?.length !== PUBLIC_BYTES)
    return faulty('What follows whpk_ is not the base64 of 32 bytes. Check that you copied all of it.');
  return { keys: [{ scheme: 'v1a', bytes, mistake }], faults: [] };
}

/** A secret of another form: the service uses its text, and libraries take it for base64. */
function readText(given: string, secret: string, mistake: string | null): ReadKeys {
  if (secret === '') return { keys: [], faults: [] };
  const decoded = bytesOfBase64(secret);
  const keys: VerifyingKey[] = [{ scheme: 'v1', bytes: utf8(given), mistake: null }];
  if (mistake !== null) keys.push({ scheme: 'v1', bytes: utf8(secret), mistake });
  if (decoded !== null) keys.push({ scheme: 'v1', bytes: decoded, mistake: NO_PREFIX });
  return { keys, faults: [] };
}

const NO_PREFIX = 'The secret is base64 whose whsec_ was cut off. With whsec_ before it, it is read as it is meant.';

function faulty(fault: string): ReadKeys {
  return { keys: [], faults: [fault] };
}

/** Bytes of standard base64, with or without padding; null if it is something else, or empty. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
