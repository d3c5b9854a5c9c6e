/** The rate at which a bucket fills, and its capacity. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The state of a bucket at a time in milliseconds. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/**
 * Takes as many whole tokens as wanted, or as many as there are.
 *
 * @param bucket null for a bucket that has not been used yet; it is full
 */
export function takeTokens(
  bucket: Bucket | null,
  rate: Rate,
  nowMs: number,
  wanted: number,
): { granted: number; bucket: Bucket } {
  const passedMs = bucket === null ? 0 : Math.max(0, nowMs - bucket.atMs);
  // If the burst was lowered, tokens above it are discarded.
  const tokens = Math.min(rate.burst, (bucket?.tokens ?? rate.burst) + (passedMs * rate.perSecond) / 1000);
  const granted = Math.min(wanted, Math.floor(tokens));
  return { granted, bucket: { tokens: tokens - granted, atMs: nowMs } };
}
