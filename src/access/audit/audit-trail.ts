import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/database/transaction.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import type { Caller } from '../caller.js';
import type { AuditAction } from './audit-entry.js';
import { AuditRepository } from './audit.repository.js';

/** An action and its target. */
interface AuditedAction {
  readonly action: AuditAction;
  /** Id of the affected object, as the API shows it. */
  readonly target: string;
  /** Names of the fields that were set, never their values. */
  readonly changed?: readonly string[];
  /** Defaults to the caller's tenant; null if the target belongs to no tenant. */
  readonly tenantId?: string | null;
}

/** Records who did what, in the same transaction as the change, so that neither is committed without the other. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly repository: AuditRepository,
    private readonly clock: Clock,
  ) {}

  async write(tx: Tx, caller: Caller, audited: AuditedAction): Promise<void> {
    const { keyId } = caller.identity;
    await this.insert(tx, audited, {
      tenantId: audited.tenantId === undefined ? caller.tenantId : audited.tenantId,
      keyId,
      actor: keyId === null ? 'open' : 'key',
      address: caller.address,
      requestId: caller.requestId,
    } as const);
  }

  /** Records an action of the service itself. */
  async writeOwn(tx: Tx, tenantId: string | null, audited: AuditedAction): Promise<void> {
    await this.insert(tx, audited, {
      tenantId,
      keyId: null,
      actor: 'service',
      address: null,
      requestId: null,
    } as const);
  }

  private async insert(
    tx: Tx,
    { action, target, changed = [] }: AuditedAction,
    origin: Pick<Parameters<AuditRepository['insert']>[1], 'tenantId' | 'keyId' | 'actor' | 'address' | 'requestId'>,
  ): Promise<void> {
    const createdAt = this.clock.now();
    await this.repository.insert(tx, {
      ...origin,
      action,
      target,
      changed,
      createdAt,
      id: newUuid(createdAt.getTime()),
    });
  }
}
