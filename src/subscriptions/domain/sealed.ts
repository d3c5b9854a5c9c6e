import type { SignatureScheme } from '../../signing/index.js';

/** An encrypted text; see `SecretBox`. */
export interface SealedText {
  readonly box: string;
}

/** A secret of a subscription as it is stored, the newest one first. */
export interface SealedSecret extends SealedText {
  /** `v1` where nothing is said. */
  readonly scheme?: SignatureScheme;
  /** Of a `v1a` one: not secret, and shown to every reader. */
  readonly publicKey?: string;
  /** When it stops signing, in milliseconds since the Unix epoch; absent in the one that goes on. */
  readonly untilMs?: number;
}

/**
 * Own headers as they are stored: encrypted, unless they are shown. Of former versions there are others that are plain.
 */
export type SealedHeaders = Readonly<Record<string, string | SealedText>>;

/** How a subscription authenticates itself to its target, as it is stored: the box holds the token or the password. */
export type SealedAuth =
  (SealedText & { readonly type: 'bearer' }) | (SealedText & { readonly type: 'basic'; readonly username: string });

/** Those that sign now: the newest, and former ones whose overlap is not over. */
export function liveSecrets<T extends Pick<SealedSecret, 'untilMs'>>(
  secrets: readonly T[],
  nowMs: number,
): readonly T[] {
  // Nearly always there is just one.
  if (secrets.length === 1) return secrets;
  return secrets.filter(({ untilMs }) => untilMs === undefined || untilMs > nowMs);
}
