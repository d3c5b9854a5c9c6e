import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ADVISORY_LOCKS } from '../../shared/database/advisory-locks.js';
import { ApiConnections } from '../../shared/database/api-connections.js';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Role } from '../domain/role.js';
import type { ApiKey } from './api-key.js';
import { FIND_KEYS, KEY_COLUMNS } from './find-keys.js';

interface Row {
  id: Uuid;
  tenant_id: string | null;
  role: Role;
  name: string | null;
  secret_hash: Buffer;
  created_at: Date;
  created_by: Uuid | null;
  rotated_from: Uuid | null;
  expires_at: Date | null;
  last_used_at: Date | null;
}

/** API keys that are not revoked. `scope` limits a query to one tenant; null means all tenants. */
@Injectable()
export class KeysRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly hotPath: HotPath,
    private readonly connections: ApiConnections,
  ) {}

  /**
   * Finds keys of all tenants for the gatekeeper. Runs on the hot path's own connections, so that API reads that wait
   * for a lock cannot delay publishing.
   */
  async findMany(ids: readonly Uuid[]): Promise<ApiKey[]> {
    const rows = await this.hotPath.query<Row>(FIND_KEYS.with({ ids }));
    return rows.map(toKey);
  }

  async find(scope: string | null, id: Uuid): Promise<ApiKey | null> {
    const text = `select ${KEY_COLUMNS} from api_keys
      where id = $1 and revoked_at is null and ($2::text is null or tenant_id = $2)`;
    const rows = await this.connections.lend(scope, () => this.dataSource.query<Row[]>(text, [id, scope]));
    return rows[0] ? toKey(rows[0]) : null;
  }

  /** Lists keys, newest first, and one more than the limit if another page follows. */
  async list(scope: string | null, limit: number, after: Uuid | null): Promise<ApiKey[]> {
    const text = `select ${KEY_COLUMNS} from api_keys
      where revoked_at is null and ($1::text is null or tenant_id = $1) and ($2::uuid is null or id < $2)
      order by id desc limit $3`;
    const rows = await this.connections.lend(scope, () =>
      this.dataSource.query<Row[]>(text, [scope, after, limit + 1]),
    );
    return rows.map(toKey);
  }

  /** Counts the keys bound to a tenant; null counts the keys for all tenants. */
  async count(tx: Tx, tenantId: string | null): Promise<number> {
    const rows = await tx.query<{ count: number }[]>(
      'select count(*)::int as count from api_keys where tenant_id is not distinct from $1 and revoked_at is null',
      [tenantId],
    );
    return rows[0]?.count ?? 0;
  }

  /** @returns false if a key with this id exists, revoked or not */
  async insert(tx: Tx, key: ApiKey): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `insert into api_keys (id, tenant_id, role, name, secret_hash, created_at, created_by, rotated_from, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing returning id`,
      [key.id, key.tenantId, key.role, key.name, key.secretHash, key.createdAt, key.createdBy, key.rotatedFrom, key.expiresAt], // prettier-ignore
    );
    return rows.length > 0;
  }

  /** @returns false if the key does not exist or is already revoked */
  async revoke(tx: Tx, id: Uuid): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      'update api_keys set revoked_at = now() where id = $1 and revoked_at is null returning id',
      [id],
    );
    return rows.length > 0;
  }

  /** Makes a key expire at a time, unless it expires earlier. @returns false if the key does not exist or is revoked */
  async expireBy(tx: Tx, id: Uuid, expiresAt: Date): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      'update api_keys set expires_at = least(expires_at, $2) where id = $1 and revoked_at is null returning id',
      [id, expiresAt],
    );
    return rows.length > 0;
  }

  /** Serializes transactions that add or remove keys for all tenants. Holds the lock until the transaction ends. */
  async lockAdminKeys(tx: Tx): Promise<void> {
    await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.adminKeys]);
  }

  /** Whether the key was already rotated to another successor, revoked or not. */
  async hasOtherSuccessor(tx: Tx, id: Uuid, successorId: Uuid): Promise<boolean> {
    const rows = await tx.query<unknown[]>('select 1 from api_keys where rotated_from = $1 and id <> $2', [
      id,
      successorId,
    ]);
    return rows.length > 0;
  }

  /** Whether there is an admin key for all tenants that stays valid for longer than this. */
  async hasAdmin(lastingSeconds: number, tx?: Tx): Promise<boolean> {
    const rows = await (tx ?? this.dataSource).query<unknown[]>(
      `select 1 from api_keys
       where role = 'admin' and tenant_id is null and revoked_at is null and (expires_at is null or expires_at > now() + $1::float8 * interval '1 second')
       limit 1`,
      [lastingSeconds],
    );
    return rows.length > 0;
  }

  async markUsed(id: Uuid): Promise<void> {
    await this.dataSource.query('update api_keys set last_used_at = now() where id = $1', [id]);
  }
}

function toKey(row: Row): ApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    role: row.role,
    name: row.name,
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    createdBy: row.created_by,
    rotatedFrom: row.rotated_from,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
