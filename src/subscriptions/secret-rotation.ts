import type { Uuid } from '../shared/ids/uuid.js';
import { LIMITS } from '../shared/limits.js';
import { liveSecrets, type SealedSecret } from './domain/sealed.js';
import { TooManySecrets } from './subscription.errors.js';
import type { SubscriptionVault } from './subscription-vault.js';

const DEFAULT_OVERLAP_SECONDS = 86_400;

interface Rotation {
  readonly secret: string;
  /** Seconds for which the present secrets go on signing; 0 ends them at once. */
  readonly overlapSeconds?: number | undefined;
  readonly nowMs: number;
}

/**
 * Returns the secrets of a subscription after it gets another one. The new one comes first, and those that sign now
 * follow until the overlap ends. Setting the current secret again changes nothing, so a client may repeat a request.
 *
 * @throws TooManySecrets; UnknownEncryptionKey if a secret that is to go on signing cannot be decrypted
 */
export function rotated(
  vault: SubscriptionVault,
  id: Uuid,
  stored: readonly SealedSecret[],
  { secret, overlapSeconds = DEFAULT_OVERLAP_SECONDS, nowMs }: Rotation,
): readonly SealedSecret[] {
  if (overlapSeconds === 0) return [vault.sealSecret(id, secret)];
  const live = liveSecrets(stored, nowMs);
  const [current] = live;
  const isGiven = (sealed: SealedSecret): boolean => vault.openSecret(id, sealed) === secret;
  if (current !== undefined && current.untilMs === undefined && isGiven(current)) return live;
  const others = live.filter((sealed) => !isGiven(sealed));
  if (others.length >= LIMITS.liveSecrets) throw new TooManySecrets(LIMITS.liveSecrets);
  const untilMs = nowMs + overlapSeconds * 1000;
  return [vault.sealSecret(id, secret), ...others.map((each) => ({ ...each, untilMs: each.untilMs ?? untilMs }))];
}
