import { randomBytes } from 'node:crypto';
import { toPublicId } from '../../shared/ids/public-id.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { SystemClock } from '../../shared/time/clock.js';
import { tokenFrom } from '../domain/api-key.js';

/** Generates a new API key; it is not stored. */
export function makeToken(): string {
  return tokenFrom(toPublicId('key', newUuid(new SystemClock().nowMs())), randomBytes(32)).token;
}
