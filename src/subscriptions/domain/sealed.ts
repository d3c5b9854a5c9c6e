import type { SignatureScheme } from '../../signing/index.js';

/** An encrypted text; see `SecretBox`. */
export interface SealedText {
  readonly box: string;
}

/** A stored signing secret. A subscription's secrets are ordered from the newest to the oldest. */
export interface SealedSecret extends SealedText {
  /** Defaults to `v1`. */
  readonly scheme?: SignatureScheme;
  /** Public key of a `v1a` secret. Not secret; shown to every reader. */
  readonly publicKey?: string;
  /** Time at which it stops signing, in milliseconds since the Unix epoch; absent in the current secret. */
  readonly untilMs?: number;
}

/** Stored custom headers: plain if shown, otherwise encrypted. Earlier versions also stored hidden ones plain. */
export type SealedHeaders = Readonly<Record<string, string | SealedText>>;

/** Stored credentials for the target. The box contains the token or the password. */
export type SealedAuth =
  | (SealedText & { readonly type: 'bearer' })
  | (SealedText & { readonly type: 'basic'; readonly username: string });

/** Returns the secrets that sign now: the current one, and previous ones whose overlap has not ended. */
export function liveSecrets<T extends Pick<SealedSecret, 'untilMs'>>(
  secrets: readonly T[],
  nowMs: number,
): readonly T[] {
  // Fast path: there is almost always only one.
  if (secrets.length === 1) return secrets;
  return secrets.filter(({ untilMs }) => untilMs === undefined || untilMs > nowMs);
}
