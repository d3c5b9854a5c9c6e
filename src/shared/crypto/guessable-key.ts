/** 32 random bytes have about 30 distinct values. Only one random key in 10^14 has 16 or fewer. */
const FEWEST_DIFFERENT = 17;
const LONGEST_PATTERN = 24;

/** Whether a key of 32 bytes is not random: zeros, a repeated byte or pattern, consecutive bytes, or simple words. */
export function isGuessable(key: Buffer): boolean {
  const steps = Buffer.from(key.subarray(1).map((byte, index) => byte - (key[index] ?? 0)));
  return new Set(key).size < FEWEST_DIFFERENT || repeats(key) || repeats(steps);
}

function repeats(bytes: Buffer): boolean {
  for (let length = 1; length <= LONGEST_PATTERN; length += 1) {
    if (bytes.subarray(length).equals(bytes.subarray(0, -length))) return true;
  }
  return false;
}
