import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ApiConnections } from '../../shared/database/api-connections.js';
import type { Tx } from '../../shared/database/transaction.js';
import { firstUuidAt, type Uuid } from '../../shared/ids/uuid.js';
import type { Actor, AuditAction, AuditEntry } from './audit-entry.js';

interface Row {
  id: Uuid;
  tenant_id: string | null;
  key_id: Uuid | null;
  actor: Actor;
  session_id: Uuid | null;
  session_actor: string | null;
  action: AuditAction;
  target: string;
  changed: string[];
  address: string | null;
  request_id: string | null;
  created_at: Date;
}

export interface AuditFilter {
  /** Null for all entries, including those that belong to no tenant. */
  readonly tenantId: string | null;
  readonly limit: number;
  readonly after: Uuid | null;
  readonly action: AuditAction | null;
  readonly keyId: Uuid | null;
  readonly sessionId: Uuid | null;
  readonly target: string | null;
  readonly since: Date | null;
  readonly until: Date | null;
}

/** The audit log. Entries are never changed, and only `removeBefore` deletes them. */
@Injectable()
export class AuditRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ApiConnections,
  ) {}

  async insert(tx: Tx, entry: AuditEntry): Promise<void> {
    await tx.query(
      `insert into audit_log (id, tenant_id, key_id, actor, action, target, changed, address, request_id, created_at,
         session_id, session_actor)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [entry.id, entry.tenantId, entry.keyId, entry.actor, entry.action, entry.target, entry.changed, entry.address, entry.requestId, entry.createdAt, entry.sessionId, entry.sessionActor], // prettier-ignore
    );
  }

  /**
   * Lists entries, newest first, and one more than the limit if another page follows. Served by the primary key or
   * audit_log_tenant.
   */
  async list(filter: AuditFilter): Promise<AuditEntry[]> {
    const values: unknown[] = [];
    const conditions = ['true'];
    const limitTo = (column: string, value: unknown): void => {
      if (value !== null) conditions.push(`${column} $${values.push(value)}`);
    };
    limitTo('tenant_id =', filter.tenantId);
    limitTo('id <', filter.after);
    limitTo('action =', filter.action);
    limitTo('key_id =', filter.keyId);
    limitTo('session_id =', filter.sessionId);
    limitTo('target =', filter.target);
    limitTo('id >=', filter.since && firstUuidAt(filter.since.getTime()));
    limitTo('id <', filter.until && firstUuidAt(filter.until.getTime()));
    const text = `select * from audit_log where ${conditions.join(' and ')} order by id desc limit ${filter.limit + 1}`;
    const rows = await this.connections.lend(filter.tenantId, () => this.dataSource.query<Row[]>(text, values));
    return rows.map(toEntry);
  }

  /**
   * Deletes the oldest entries before a time in one transaction.
   *
   * @param limit keeps the transaction short
   * @returns the number of deleted entries
   */
  async removeBefore(time: Date, limit: number): Promise<number> {
    return this.dataSource.transaction(async (tx) => {
      // A trigger refuses deletes without this setting, since nothing else has a reason to delete audit entries.
      await tx.query(`set local webhooks.audit_retention = 'on'`);
      const [, count] = await tx.query<[unknown[], number]>(
        'delete from audit_log where id = any(array(select id from audit_log where id < $1 order by id limit $2))',
        [firstUuidAt(time.getTime()), limit],
      );
      return count;
    });
  }
}

function toEntry(row: Row): AuditEntry {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    keyId: row.key_id,
    actor: row.actor,
    sessionId: row.session_id,
    sessionActor: row.session_actor,
    action: row.action,
    target: row.target,
    changed: row.changed,
    address: row.address,
    requestId: row.request_id,
    createdAt: row.created_at,
  };
}
