/** Of 32 random bytes some 30 differ; that 16 or fewer do comes to pass once in 10^14 keys. */
const FEWEST_DIFFERENT = 17;
const LONGEST_PATTERN = 24;

/**
 * Whether 32 bytes are no random key: zeros, one byte or a pattern again and again, bytes in a row, or simple words.
 */
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
