import { hash } from 'node:crypto';

/** Secrets of sessions: a browser's session, a portal session's code, and the token that the code is exchanged for. */
export type SessionTokenKind = 'whs' | 'whc' | 'whp';

/** Prefix of the id of the row that holds the hash. */
const ID_PREFIX: Readonly<Record<SessionTokenKind, string>> = { whs: 'ses', whc: 'pse', whp: 'pse' };
const FORM = /^(wh[scp])_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9_-]{43})$/;

/** The parsed form of `<kind>_<id>_<secret>`. */
export interface SessionToken {
  /** The id as the API shows it. */
  readonly id: string;
  /** SHA-256 of the secret's text, which has 256 random bits. */
  readonly secretHash: Buffer;
}

/** @returns null if the text is not a token of this kind */
export function parseSessionToken(kind: SessionTokenKind, text: string): SessionToken | null {
  const [, given, id, secret] = FORM.exec(text) ?? [];
  if (given !== kind || id === undefined || secret === undefined) return null;
  return { id: `${ID_PREFIX[kind]}_${id}`, secretHash: hashOf(secret) };
}

/**
 * @param id the id as the API shows it
 * @param random 32 random bytes
 */
export function sessionTokenFrom(
  kind: SessionTokenKind,
  id: string,
  random: Buffer,
): { token: string; secretHash: Buffer } {
  const secret = random.toString('base64url');
  return { token: `${kind}_${id.slice(id.indexOf('_') + 1)}_${secret}`, secretHash: hashOf(secret) };
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
