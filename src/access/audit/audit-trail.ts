import { Injectable } from '@nestjs/common';
import { type Tx, Transactions } from '../../shared/database/transaction.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import type { Caller, Identity } from '../caller.js';
import type { Actor, AuditAction, AuditEntry } from './audit-entry.js';
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

/** Records an action of the transaction that it belongs to. */
type RecordAction = (audited: AuditedAction) => Promise<void>;

/** Where an action comes from. */
type Origin = Omit<AuditEntry, 'id' | 'action' | 'target' | 'changed' | 'createdAt'>;

/** Where changes come from that the service makes by itself. */
const SERVICE = {
  keyId: null,
  actor: 'service',
  sessionId: null,
  sessionActor: null,
  address: null,
  requestId: null,
} as const;

/** Runs changes in transactions that record who made them, so that neither is committed without the other. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly repository: AuditRepository,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {}

  /** Runs a change that a caller asked for. */
  change<T>(caller: Caller, work: (tx: Tx, record: RecordAction) => Promise<T>): Promise<T> {
    const { keyId, session } = caller.identity;
    const origin: Origin = {
      tenantId: caller.tenantId,
      keyId,
      actor: actorOf(caller.identity),
      sessionId: session?.id ?? null,
      sessionActor: session?.actor ?? null,
      address: caller.address,
      requestId: caller.requestId,
    };
    return this.run(caller.tenantId, origin, work);
  }

  /** Runs a change that the service makes by itself. */
  ownChange<T>(tenantId: string | null, work: (tx: Tx, record: RecordAction) => Promise<T>): Promise<T> {
    return this.run(tenantId, { tenantId, ...SERVICE }, work);
  }

  private run<T>(
    tenantId: string | null,
    origin: Origin,
    work: (tx: Tx, record: RecordAction) => Promise<T>,
  ): Promise<T> {
    return this.transactions.run(tenantId, (tx) => work(tx, (audited) => this.insert(tx, audited, origin)));
  }

  private async insert(tx: Tx, audited: AuditedAction, origin: Origin): Promise<void> {
    const { action, target, changed = [], tenantId = origin.tenantId } = audited;
    const createdAt = this.clock.now();
    const id = newUuid(createdAt.getTime());
    await this.repository.insert(tx, { ...origin, id, tenantId, action, target, changed, createdAt });
  }
}

function actorOf({ keyId, session }: Identity): Actor {
  if (session?.kind === 'portal') return 'portal';
  return keyId === null ? 'open' : 'key';
}
