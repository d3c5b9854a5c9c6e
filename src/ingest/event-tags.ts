import { TAG_FORM, TAG_HINT } from '../shared/labels.js';
import { LIMITS } from '../shared/limits.js';

/** Request header with the tags of an event, separated by commas. */
export const TAGS_HEADER = 'X-Event-Tags';

const SHOWN_CHARACTERS = 40;

/** Reads the tags of an event. @param header undefined if there is none */
export function readTags(
  header: string | undefined,
): { readonly tags: readonly string[] } | { readonly fault: string } {
  if (header === undefined) return { tags: [] };
  const tags = partsOf(header);
  if (tags.length > LIMITS.tags) return { fault: `must be at most ${LIMITS.tags} tags, not ${tags.length}` };
  const bad = tags.find((tag) => !TAG_FORM.test(tag));
  if (bad !== undefined) {
    const shown = bad === '' ? 'an empty tag' : `"${bad.slice(0, SHOWN_CHARACTERS)}"`;
    return { fault: `must not contain ${shown}; a tag has ${TAG_HINT}, and commas separate tags` };
  }
  const repeated = tags.find((tag, index) => tags.indexOf(tag) !== index);
  return repeated === undefined ? { tags } : { fault: `must not contain "${repeated}" twice` };
}

/** The header without blanks, in which two ways to write the same tags are equal. */
export function canonicalTags(header: string): string {
  return partsOf(header).join(',');
}

function partsOf(header: string): string[] {
  return header.split(',').map((tag) => tag.trim());
}
