import type { WarningAnswer } from '../shared/http/warning.js';
import { isStandardSecret } from '../signing/index.js';

/** Says that a given secret signs, but receivers cannot verify with the usual libraries. Empty if they can. */
export function secretWarnings(secret: string | undefined): readonly WarningAnswer[] {
  if (secret === undefined || isStandardSecret(secret)) return [];
  const detail =
    'is plain text: deliveries are signed with its UTF-8 bytes, but Standard Webhooks libraries read a secret as base64, ' +
    'so they refuse it or compute another signature. Use whsec_ followed by base64, or omit it to have one generated';
  return [{ code: 'secret_is_text', pointer: '/secret', detail }];
}
