import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ApiConnections } from '../../shared/database/api-connections.js';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Capability } from '../domain/capability.js';
import { FIND_PORTAL_SESSIONS, KEY_IS_VALID, PORTAL_COLUMNS } from './find-portal-sessions.js';
import type { PortalSession, Theme } from './portal-session.js';

interface Row {
  id: Uuid;
  tenant_id: string;
  capabilities: Capability[];
  subscription_ids: Uuid[] | null;
  actor: string | null;
  return_url: string;
  refresh_url: string | null;
  theme: Theme | null;
  code_hash: Buffer;
  code_expires_at: Date;
  token_hash: Buffer | null;
  exchanged_at: Date | null;
  created_at: Date;
  created_by: Uuid | null;
  expires_at: Date;
}

/** In use, or about to be: $1 is the present time. */
const IS_LIVE = '(exchanged_at is not null or code_expires_at > $1) and expires_at > $1';

/** Sessions of portals. Ended ones are removed. `scope` limits a query to one tenant; null means all tenants. */
@Injectable()
export class PortalSessionsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly hotPath: HotPath,
    private readonly connections: ApiConnections,
  ) {}

  /** Finds sessions for the gatekeeper, on connections that no slow read of the API takes. */
  async findMany(ids: readonly Uuid[]): Promise<PortalSession[]> {
    const rows = await this.hotPath.query<Row>(FIND_PORTAL_SESSIONS.with({ ids }));
    return rows.map(toSession);
  }

  /** Lists live sessions, newest first, and one more than the limit if another page follows. */
  async list(scope: string | null, now: Date, limit: number, after: Uuid | null): Promise<PortalSession[]> {
    const text = `select ${PORTAL_COLUMNS} from portal_sessions
      where ${IS_LIVE} and ${KEY_IS_VALID} and ($2::text is null or tenant_id = $2) and ($3::uuid is null or id < $3)
      order by id desc limit $4`;
    const rows = await this.connections.lend(scope, () =>
      this.dataSource.query<Row[]>(text, [now, scope, after, limit + 1]),
    );
    return rows.map(toSession);
  }

  /** Counts the live sessions of a tenant. */
  async count(tx: Tx, tenantId: string, now: Date): Promise<number> {
    const rows = await tx.query<{ count: number }[]>(
      `select count(*)::int as count from portal_sessions where ${IS_LIVE} and ${KEY_IS_VALID} and tenant_id = $2`,
      [now, tenantId],
    );
    return rows[0]?.count ?? 0;
  }

  async insert(tx: Tx, session: PortalSession): Promise<void> {
    await tx.query(
      `insert into portal_sessions (id, tenant_id, capabilities, subscription_ids, actor, return_url, refresh_url,
         theme, code_hash, code_expires_at, created_at, created_by, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        session.id,
        session.tenantId,
        session.capabilities,
        session.subscriptionIds,
        session.actor,
        session.returnUrl,
        session.refreshUrl,
        session.theme && JSON.stringify(session.theme),
        session.codeHash,
        session.codeExpiresAt,
        session.createdAt,
        session.createdBy,
        session.expiresAt,
      ],
    );
  }

  /** Exchanges a code for a token. Of several that try at once, one succeeds. @returns false if the code was used */
  async exchange(tx: Tx, id: Uuid, tokenHash: Buffer, now: Date): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      `update portal_sessions set token_hash = $2, exchanged_at = $3
       where id = $1 and exchanged_at is null and code_expires_at > $3 and ${KEY_IS_VALID} returning id`,
      [id, tokenHash, now],
    );
    return rows.length > 0;
  }

  /** @returns the tenant of the session; null if there is no such session in the scope */
  async remove(tx: Tx, scope: string | null, id: Uuid): Promise<string | null> {
    const [rows] = await tx.query<[{ tenant_id: string }[], number]>(
      'delete from portal_sessions where id = $1 and ($2::text is null or tenant_id = $2) returning tenant_id',
      [id, scope],
    );
    return rows[0]?.tenant_id ?? null;
  }

  /** Removes all sessions of a tenant. @returns their ids */
  async removeOf(tx: Tx, tenantId: string): Promise<Uuid[]> {
    const [rows] = await tx.query<[{ id: Uuid }[], number]>(
      'delete from portal_sessions where tenant_id = $1 returning id',
      [tenantId],
    );
    return rows.map(({ id }) => id);
  }

  /** Removes sessions that ended before a time, and those whose code expired unused. @returns how many */
  async removeEnded(before: Date, limit: number): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown[], number]>(
      `delete from portal_sessions where id = any(array(
         select id from portal_sessions
         where expires_at < $1 or (exchanged_at is null and code_expires_at < $1) limit $2))`,
      [before, limit],
    );
    return count;
  }
}

function toSession(row: Row): PortalSession {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    capabilities: row.capabilities,
    subscriptionIds: row.subscription_ids,
    actor: row.actor,
    returnUrl: row.return_url,
    refreshUrl: row.refresh_url,
    theme: row.theme,
    codeHash: row.code_hash,
    codeExpiresAt: row.code_expires_at,
    tokenHash: row.token_hash,
    exchangedAt: row.exchanged_at,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
  };
}
