import { isUuid, type Uuid } from '../shared/ids/uuid.js';
import { type Audience, WIDE_FROM } from './audience.js';
import type { SealedSecret } from './domain/sealed.js';
import type { PublishTarget } from './publish-target.js';

/**
 * Validates look-ups read from Redis. Another version of this service, or another program, may have written them, so a
 * malformed entry is treated as missing.
 */

/** @returns null for a subscription that does not exist; undefined for a malformed entry */
export function readTarget(stored: unknown, id: Uuid): PublishTarget | null | undefined {
  if (stored === null) return null;
  if (!isRecord(stored)) return undefined;
  const { isDisabled, targetUrl, eventTypes, verifyIngest, secrets } = stored;
  const isOurs =
    stored['id'] === id &&
    typeof isDisabled === 'boolean' &&
    typeof targetUrl === 'string' &&
    isListOf(eventTypes, isText) &&
    typeof verifyIngest === 'boolean' &&
    isListOf(secrets, isSecret);
  return isOurs ? { id, isDisabled, targetUrl, eventTypes, verifyIngest, secrets } : undefined;
}

/** @returns undefined for a malformed entry */
export function readAudience(stored: unknown): Audience | undefined {
  if (!isRecord(stored)) return undefined;
  const { count, ids } = stored;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return undefined;
  if (ids === null) return count > WIDE_FROM ? { count, ids } : undefined;
  return isListOf(ids, isUuid) && ids.length === count && count <= WIDE_FROM ? { count, ids } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, isOne: (element: unknown) => element is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isSecret(value: unknown): value is SealedSecret {
  if (!isRecord(value) || typeof value['box'] !== 'string') return false;
  const { scheme, publicKey, untilMs } = value;
  return (
    (scheme === undefined || scheme === 'v1' || scheme === 'v1a') &&
    (publicKey === undefined || typeof publicKey === 'string') &&
    (untilMs === undefined || Number.isFinite(untilMs))
  );
}
