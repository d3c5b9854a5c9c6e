import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/database/transaction.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import type { Caller } from '../caller.js';
import type { AuditAction } from './audit-entry.js';
import { AuditRepository } from './audit.repository.js';

/** What was done, and to what. */
interface Deed {
  readonly action: AuditAction;
  /** As the API names it. */
  readonly target: string;
  /** Names of the fields that were set; never what they were set to. */
  readonly changed?: readonly string[];
  /** The caller's, unless it is another one's, or nobody's. */
  readonly tenantId?: string | null;
}

/** Writes down who did what, in the transaction that does it: neither is there without the other. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly repository: AuditRepository,
    private readonly clock: Clock,
  ) {}

  async write(tx: Tx, caller: Caller, deed: Deed): Promise<void> {
    const { keyId } = caller.identity;
    await this.insert(tx, deed, {
      tenantId: deed.tenantId === undefined ? caller.tenantId : deed.tenantId,
      keyId,
      actor: keyId === null ? 'open' : 'key',
      address: caller.address,
      requestId: caller.requestId,
    } as const);
  }

  /** For what the service does by itself. */
  async writeOwn(tx: Tx, tenantId: string | null, deed: Deed): Promise<void> {
    await this.insert(tx, deed, { tenantId, keyId: null, actor: 'service', address: null, requestId: null } as const);
  }

  private async insert(
    tx: Tx,
    { action, target, changed = [] }: Deed,
    who: Pick<Parameters<AuditRepository['insert']>[1], 'tenantId' | 'keyId' | 'actor' | 'address' | 'requestId'>,
  ): Promise<void> {
    const createdAt = this.clock.now();
    await this.repository.insert(tx, { ...who, action, target, changed, createdAt, id: newUuid(createdAt.getTime()) });
  }
}
