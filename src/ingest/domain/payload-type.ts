import { LIMITS } from '../../shared/limits.js';

/** Content type of a payload whose publisher names none. */
export const FALLBACK_CONTENT_TYPE = 'application/octet-stream';
/** Request header with which a publisher says that the payload is meant to be a form. */
export const FORM_HEADER = 'X-Allow-Form';

const CONTENT_TYPE = new RegExp(`^[\\x20-\\x7e]{1,${LIMITS.contentTypeLength}}$`);
/** What HTTP clients send unless they are told otherwise; curl does so for `-d` and `-F`. */
const FORMS = new Set(['application/x-www-form-urlencoded', 'multipart/form-data']);

/** Whether the content type is one that clients use by default, so that it says nothing about the payload. */
export function isForm(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType !== undefined && FORMS.has(mediaType);
}

/** Returns what is wrong with a content type, or null if it can be stored and sent. */
export function contentTypeFault(contentType: string | undefined): string | null {
  if (contentType === undefined || contentType === '' || CONTENT_TYPE.test(contentType)) return null;
  return `must be 1 to ${LIMITS.contentTypeLength} printable ASCII characters`;
}
