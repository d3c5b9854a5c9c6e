import { Injectable } from '@nestjs/common';
import { AuditTrail, type Caller } from '../access/index.js';
import { publicKeyOf, schemeOf } from '../signing/index.js';
import type { Tx } from '../shared/database/transaction.js';
import { withWarnings } from '../shared/http/warning.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { Clock } from '../shared/time/clock.js';
import { liveSecrets, type SealedSecret } from './domain/sealed.js';
import type { RotatedSecretsAnswer, SecretRotation, SecretsAnswer, SigningSecretAnswer } from './dto/secrets.js';
import { newSecret } from './new-secret.js';
import { rotated } from './secret-rotation.js';
import { secretWarnings } from './secret-warnings.js';
import { SubscriptionCache } from './subscription-cache.js';
import type { SubscriptionEntity } from './subscription.entity.js';
import { SubscriptionNotFound } from './subscription.errors.js';
import { SubscriptionVault } from './subscription-vault.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** Reads and rotates the signing secrets of a subscription. */
@Injectable()
export class SubscriptionSecretsService {
  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly vault: SubscriptionVault,
    private readonly cache: SubscriptionCache,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Returns the secrets once the audit entry for the read is committed. @throws SubscriptionNotFound */
  async read(caller: Caller, id: Uuid): Promise<SecretsAnswer> {
    return this.audit.change(caller, async (tx, record) => {
      const { secrets } = await this.lock(tx, caller, id);
      await record({ action: 'subscription.secret_read', target: toPublicId('sub', id) });
      return this.answer(id, liveSecrets(secrets, this.clock.nowMs()));
    });
  }

  /**
   * Adds a new secret. The previous ones continue to sign until the overlap ends.
   *
   * @throws SubscriptionNotFound; TooManySecrets
   */
  async rotate(caller: Caller, id: Uuid, rotation: SecretRotation): Promise<RotatedSecretsAnswer> {
    const answer = await this.audit.change(caller, async (tx, record) => {
      const { tenantId, secrets: previous } = await this.lock(tx, caller, id);
      const terms = {
        secret: newSecret(rotation, previous),
        overlapSeconds: rotation.overlap,
        nowMs: this.clock.nowMs(),
      };
      const next = rotated(this.vault, id, previous, terms);
      await this.repository.update(tx, { tenantId, id }, { secrets: next, updatedAt: this.clock.now() });
      const changed = Object.keys(rotation);
      await record({
        action: 'subscription.secret_rotated',
        target: toPublicId('sub', id),
        changed,
      });
      // Built before the commit: a secret that cannot be returned to the caller must not start to sign.
      return this.answer(id, next);
    });
    await this.cache.invalidate(caller.tenantId);
    return { ...answer, ...withWarnings(secretWarnings(rotation.secret)) };
  }

  private async lock(tx: Tx, { tenantId }: Caller, id: Uuid): Promise<SubscriptionEntity> {
    const found = await this.repository.lockById(tx, tenantId, id);
    if (found === null) throw new SubscriptionNotFound(toPublicId('sub', id));
    return found;
  }

  private answer(id: Uuid, [current, ...others]: readonly SealedSecret[]): SecretsAnswer {
    if (current === undefined) throw new Error(`Subscription ${id} has no secret`);
    const open = (secret: SealedSecret): SigningSecretAnswer => toSecretAnswer(this.vault.openSecret(id, secret));
    const previous = others.map((secret) => ({
      ...open(secret),
      expires_at: new Date(secret.untilMs ?? 0).toISOString(),
    }));
    return { ...open(current), previous };
  }
}

function toSecretAnswer(secret: string): SigningSecretAnswer {
  return { secret, signature_scheme: schemeOf(secret), public_key: publicKeyOf(secret) };
}
