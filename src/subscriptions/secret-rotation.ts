import { UnknownEncryptionKey } from '../shared/crypto/secret-box.js';
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
 * A secret whose encryption key is lost is left out: nothing can sign with it, nor can it be the new one.
 *
 * @throws TooManySecrets
 */
export function rotated(
  vault: SubscriptionVault,
  id: Uuid,
  stored: readonly SealedSecret[],
  { secret, overlapSeconds = DEFAULT_OVERLAP_SECONDS, nowMs }: Rotation,
): readonly SealedSecret[] {
  if (overlapSeconds === 0) return [vault.sealSecret(id, secret)];
  const usable = liveSecrets(stored, nowMs).flatMap((sealed) => {
    const text = openedText(vault, id, sealed);
    return text === null ? [] : [{ sealed, text }];
  });
  const [current] = usable;
  const isSame = current?.text === secret && current.sealed.untilMs === undefined;
  if (isSame) return usable.map(({ sealed }) => sealed);
  const others = usable.filter(({ text }) => text !== secret).map(({ sealed }) => sealed);
  if (others.length >= LIMITS.liveSecrets) throw new TooManySecrets(LIMITS.liveSecrets);
  const untilMs = nowMs + overlapSeconds * 1000;
  return [vault.sealSecret(id, secret), ...others.map((each) => ({ ...each, untilMs: each.untilMs ?? untilMs }))];
}

/** Returns null if the encryption key of the secret is lost. */
function openedText(vault: SubscriptionVault, id: Uuid, sealed: SealedSecret): string | null {
  try {
    return vault.openSecret(id, sealed);
  } catch (error) {
    if (error instanceof UnknownEncryptionKey) return null;
    throw error;
  }
}
