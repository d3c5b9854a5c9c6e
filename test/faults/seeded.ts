/**
 * A number from 0 to just below 1 that depends only on the seed and its purpose, whenever it is asked for.
 */
export function chanceFor(seed: number, ...what: readonly (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of what.join('/')) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  // FNV alone maps similar inputs to similar numbers.
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}
