/** How fast a bucket fills, and how much it holds. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket as it was at a time in milliseconds; one that nobody has used is full. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/**
 * Takes whole tokens: as many as wanted, or as many as there are.
 *
 * @param bucket null for one that nobody has used
 */
export function takeTokens(
  bucket: Bucket | null,
  rate: Rate,
  nowMs: number,
  wanted: number,
): { granted: number; bucket: Bucket } {
  const passedMs = bucket === null ? 0 : Math.max(0, nowMs - bucket.atMs);
  // A limit that was lowered takes what is above it out of the bucket.
  const tokens = Math.min(rate.burst, (bucket?.tokens ?? rate.burst) + (passedMs * rate.perSecond) / 1000);
  const granted = Math.min(wanted, Math.floor(tokens));
  return { granted, bucket: { tokens: tokens - granted, atMs: nowMs } };
}
