import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ApiConnections } from '../../shared/database/api-connections.js';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Role } from '../domain/role.js';
import type { BrowserSession } from './browser-session.js';
import { FIND_SESSIONS, SESSION_COLUMNS } from './find-sessions.js';

interface Row {
  id: Uuid;
  key_id: Uuid;
  secret_hash: Buffer;
  address: string;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
}

/** A session with what its key says. */
export interface ListedSession extends BrowserSession {
  readonly tenantId: string | null;
  readonly role: Role;
  readonly keyName: string | null;
}

interface ListedRow extends Row {
  tenant_id: string | null;
  role: Role;
  name: string | null;
}

/** Sessions of browsers. One whose key was revoked is not listed; `scope` limits a query to one tenant. */
@Injectable()
export class SessionsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly hotPath: HotPath,
    private readonly connections: ApiConnections,
  ) {}

  /** Finds sessions for the gatekeeper, on connections that no slow read of the API takes. */
  async findMany(ids: readonly Uuid[]): Promise<BrowserSession[]> {
    const rows = await this.hotPath.query<Row>(FIND_SESSIONS.with({ ids }));
    return rows.map(toSession);
  }

  /** Lists sessions that have not expired, newest first, and one more than the limit if another page follows. */
  async list(scope: string | null, now: Date, limit: number, after: Uuid | null): Promise<ListedSession[]> {
    const text = `${LISTED} and s.expires_at > $2 and ($3::uuid is null or s.id < $3) order by s.id desc limit $4`;
    const rows = await this.connections.lend(scope, () =>
      this.dataSource.query<ListedRow[]>(text, [scope, now, after, limit + 1]),
    );
    return rows.map((row) => ({ ...toSession(row), tenantId: row.tenant_id, role: row.role, keyName: row.name }));
  }

  /** Locks the key until the transaction ends. @returns false if it was revoked */
  async lockKey(tx: Tx, keyId: Uuid): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      'select 1 from api_keys where id = $1 and revoked_at is null for no key update',
      [keyId],
    );
    return rows.length > 0;
  }

  async insert(tx: Tx, session: BrowserSession): Promise<void> {
    await tx.query(
      `insert into sessions (id, key_id, secret_hash, address, created_at, last_used_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [session.id, session.keyId, session.secretHash, session.address, session.createdAt, session.lastUsedAt, session.expiresAt], // prettier-ignore
    );
  }

  /** Removes the sessions of a key that were not used for longest. @returns the ids of those that are gone */
  async keepNewest(tx: Tx, keyId: Uuid, count: number): Promise<Uuid[]> {
    const [rows] = await tx.query<[{ id: Uuid }[], number]>(
      `delete from sessions where id = any(array(
         select id from sessions where key_id = $1 order by last_used_at desc, id desc offset $2)) returning id`,
      [keyId, count],
    );
    return rows.map(({ id }) => id);
  }

  /** @returns the tenant of the session; undefined if there is no such session in the scope */
  async remove(tx: Tx, scope: string | null, id: Uuid): Promise<{ tenantId: string | null } | undefined> {
    const [rows] = await tx.query<[{ tenant_id: string | null }[], number]>(
      `delete from sessions s using api_keys k
       where k.id = s.key_id and s.id = $1 and ($2::text is null or k.tenant_id = $2) returning k.tenant_id`,
      [id, scope],
    );
    return rows[0] && { tenantId: rows[0].tenant_id };
  }

  /** Prolongs a session, unless it has ended. */
  async renew(id: Uuid, usedAt: Date, expiresAt: Date): Promise<void> {
    await this.dataSource.query(
      `update sessions set last_used_at = greatest(last_used_at, $2), expires_at = greatest(expires_at, $3)
       where id = $1 and expires_at > $2`,
      [id, usedAt, expiresAt],
    );
  }

  /** Removes sessions that expired before a time, and those whose key was revoked. @returns how many */
  async removeEnded(before: Date, limit: number): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown[], number]>(
      `delete from sessions where id = any(array(
         select s.id from sessions s join api_keys k on k.id = s.key_id
         where s.expires_at < $1 or k.revoked_at is not null limit $2))`,
      [before, limit],
    );
    return count;
  }
}

const LISTED = `select ${SESSION_COLUMNS.split(', ')
  .map((column) => `s.${column}`)
  .join(', ')}, k.tenant_id, k.role, k.name
  from sessions s join api_keys k on k.id = s.key_id
  where k.revoked_at is null and ($1::text is null or k.tenant_id = $1)`;

function toSession(row: Row): BrowserSession {
  return {
    id: row.id,
    keyId: row.key_id,
    secretHash: row.secret_hash,
    address: row.address,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}
