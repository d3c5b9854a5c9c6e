import type { SubscriptionAnswer } from '../subscription-answer';

export type Scheme = SubscriptionAnswer['signature_scheme'];

/** A language with code that verifies a delivery, for each signature scheme. */
export interface Language {
  readonly name: string;
  readonly label: string;
  /** What the code needs beside the language itself; null for nothing. */
  readonly needs: Readonly<Record<Scheme, string | null>>;
  /**
   * Code that refuses a request unless one of its signatures is right and its timestamp is at most five minutes off.
   */
  readonly code: (scheme: Scheme, publicKey: string) => string;
}
