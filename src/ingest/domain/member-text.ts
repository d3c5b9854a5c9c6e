/** Characters of JSON that begin and end arrays and objects. */
const OPENING = new Set(['{', '[']);
const CLOSING = new Set(['}', ']']);

/**
 * Returns the members of a JSON object with their values as they were written, so that a value can be passed on byte
 * for byte. A name that comes twice is there twice.
 *
 * @param text valid JSON whose value is an object
 */
export function membersOf(text: string): { readonly name: string; readonly value: string }[] {
  const members: { name: string; value: string }[] = [];
  let depth = 0;
  let name = '';
  let startsAt = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      const endsAt = endOfString(text, at);
      if (depth === 1 && name === '') {
        name = text.slice(at, endsAt);
        startsAt = text.indexOf(':', endsAt) + 1;
        at = startsAt - 1;
      } else {
        at = endsAt - 1;
      }
    } else if (OPENING.has(character)) {
      depth += 1;
    } else if (CLOSING.has(character) || character === ',') {
      if (depth === 1 && name !== '') {
        members.push({ name: JSON.parse(name) as string, value: text.slice(startsAt, at).trim() });
        name = '';
      }
      if (character !== ',') depth -= 1;
    }
  }
  return members;
}

/** Index after the closing quote of a string that begins at an index. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
