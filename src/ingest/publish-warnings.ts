import type { WarningAnswer } from '../shared/http/warning.js';
import { FALLBACK_CONTENT_TYPE } from './domain/payload-type.js';
import type { PublishRequest } from './domain/publish-request.js';

const OPENING = /^\s*[{[]/;
/** Bytes that are looked at to see whether a text is JSON. */
const LOOKED_AT = 64;

/** Says what receivers may not expect of a payload: no content type, or JSON that its content type calls text. */
export function contentTypeWarnings({
  contentType,
  body,
}: Pick<PublishRequest, 'contentType' | 'body'>): WarningAnswer[] {
  const pointer = 'Content-Type';
  if (contentType === undefined || contentType === '') {
    const detail = `is missing, so receivers get ${FALLBACK_CONTENT_TYPE}; send the type of the payload, for example application/json`;
    return [{ code: 'content_type_missing', pointer, detail }];
  }
  const isText = contentType.split(';', 1)[0]?.trim().toLowerCase() === 'text/plain';
  if (!isText || !OPENING.test(body.toString('latin1', 0, LOOKED_AT))) return [];
  const detail = `is ${contentType.slice(0, 100)}, as fetch sends by default, so receivers will not read the payload as JSON; send application/json if it is`;
  return [{ code: 'json_sent_as_text', pointer, detail }];
}
