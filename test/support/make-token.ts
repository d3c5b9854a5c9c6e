import { randomBytes } from 'node:crypto';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { tokenFrom } from '../../src/access/domain/api-key.js';

/** Generates a new API key; it is not stored. */
export function makeToken(): string {
  return tokenFrom(toPublicId('key', newUuid(new SystemClock().nowMs())), randomBytes(32)).token;
}
