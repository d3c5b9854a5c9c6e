import { z } from 'zod';
import { isUuid, type Uuid } from '../shared/ids/uuid.js';
import { type Audience, WIDE_FROM } from './audience.js';
import type { SubscribedTypes } from './domain/no-deliveries.js';
import type { PublishTarget } from './publish-target.js';

/**
 * Validates look-ups read from Redis. Another version of this service, or another program, may have written them, so a
 * malformed entry is treated as missing.
 */

const uuid = z.string().refine(isUuid);
const secret = z.object({
  box: z.string(),
  scheme: z.enum(['v1', 'v1a']).exactOptional(),
  publicKey: z.string().exactOptional(),
  untilMs: z.number().exactOptional(),
});
const target = z
  .object({
    id: uuid,
    isDisabled: z.boolean(),
    targetUrl: z.string(),
    eventTypes: z.array(z.string()),
    verifyIngest: z.boolean(),
    secrets: z.array(secret),
  })
  .nullable();
const count = z.int().nonnegative();
const audience = z.union([
  z.object({ count: count.gt(WIDE_FROM), ids: z.null() }),
  z
    .object({ count: count.lte(WIDE_FROM), ids: z.array(uuid).max(WIDE_FROM) })
    .refine(({ count, ids }) => ids.length === count),
]);

const subscribedTypes = z.object({ wanted: z.array(z.string()), disabled: z.array(z.string()), isCut: z.boolean() });

/** @returns null for a subscription that does not exist; undefined for a malformed entry */
export function readTarget(stored: unknown, id: Uuid): PublishTarget | null | undefined {
  const { data } = target.safeParse(stored);
  return data === undefined || data === null || data.id === id ? data : undefined;
}

/** @returns undefined for a malformed entry */
export function readAudience(stored: unknown): Audience | undefined {
  return audience.safeParse(stored).data;
}

/** @returns undefined for a malformed entry */
export function readSubscribedTypes(stored: unknown): SubscribedTypes | undefined {
  return subscribedTypes.safeParse(stored).data;
}
