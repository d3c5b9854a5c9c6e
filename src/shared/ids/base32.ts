const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const HEX_ALPHABET = '0123456789abcdef';
const DASH = '-'.charCodeAt(0);

/** Character codes by value, and values by character code. */
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const HEX_CODES = Uint8Array.from(HEX_ALPHABET, (character) => character.charCodeAt(0));
const VALUES = valuesOf(ALPHABET);
const HEX_VALUES = valuesOf(HEX_ALPHABET);

function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128);
  [...alphabet].forEach((character, value) => (values[character.charCodeAt(0)] = value));
  return values;
}

/** Returns the base32 character code of five bits, starting at bit `shift`. */
function code(bits: number, shift: number): number {
  return CODES[(bits >> shift) & 31] ?? 0;
}

/** Returns the hexadecimal character code of four bits, starting at bit `shift`. */
function hexCode(bits: number, shift: number): number {
  return HEX_CODES[(bits >> shift) & 15] ?? 0;
}

/**
 * Converts a UUID to 26 characters of Crockford's base32, as TypeID does. Each delivery needs about eight conversions
 * for paths, headers and logs, and a general library takes fifteen times as long. Building all characters at once gives
 * a flat string instead of a tree of concatenations.
 *
 * @param uuid 36 characters in lower case
 */
export function toBase32(uuid: string): string {
  const hex = (index: number): number => HEX_VALUES[uuid.charCodeAt(index)] ?? 0;
  const bits = (p: number, q: number, r: number, s: number, t: number): number =>
    (hex(p) << 16) | (hex(q) << 12) | (hex(r) << 8) | (hex(s) << 4) | hex(t);
  const a = (hex(0) << 4) | hex(1);
  const b = bits(2, 3, 4, 5, 6);
  const c = bits(7, 9, 10, 11, 12);
  const d = bits(14, 15, 16, 17, 19);
  const e = bits(20, 21, 22, 24, 25);
  const f = bits(26, 27, 28, 29, 30);
  const g = bits(31, 32, 33, 34, 35);
  // prettier-ignore
  return String.fromCharCode(
    code(a, 5), code(a, 0),
    code(b, 15), code(b, 10), code(b, 5), code(b, 0),
    code(c, 15), code(c, 10), code(c, 5), code(c, 0),
    code(d, 15), code(d, 10), code(d, 5), code(d, 0),
    code(e, 15), code(e, 10), code(e, 5), code(e, 0),
    code(f, 15), code(f, 10), code(f, 5), code(f, 0),
    code(g, 15), code(g, 10), code(g, 5), code(g, 0),
  );
}

/** @param text 26 characters as `toBase32` writes them; the first is at most 7 */
export function fromBase32(text: string): string {
  const value = (index: number): number => VALUES[text.charCodeAt(index)] ?? 0;
  const bits = (at: number): number => (value(at) << 15) | (value(at + 1) << 10) | (value(at + 2) << 5) | value(at + 3);
  const a = (value(0) << 5) | value(1);
  const b = bits(2);
  const c = bits(6);
  const d = bits(10);
  const e = bits(14);
  const f = bits(18);
  const g = bits(22);
  // prettier-ignore
  return String.fromCharCode(
    hexCode(a, 4), hexCode(a, 0), hexCode(b, 16), hexCode(b, 12), hexCode(b, 8), hexCode(b, 4), hexCode(b, 0), hexCode(c, 16),
    DASH, hexCode(c, 12), hexCode(c, 8), hexCode(c, 4), hexCode(c, 0),
    DASH, hexCode(d, 16), hexCode(d, 12), hexCode(d, 8), hexCode(d, 4),
    DASH, hexCode(d, 0), hexCode(e, 16), hexCode(e, 12), hexCode(e, 8),
    DASH, hexCode(e, 4), hexCode(e, 0), hexCode(f, 16), hexCode(f, 12), hexCode(f, 8), hexCode(f, 4), hexCode(f, 0),
    hexCode(g, 16), hexCode(g, 12), hexCode(g, 8), hexCode(g, 4), hexCode(g, 0),
  );
}
