import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ApiConnections } from '../../shared/database/api-connections.js';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Tenant } from './tenant.js';
import { FIND_TENANTS, TENANT_COLUMNS } from './find-tenants.js';

interface Row {
  id: string;
  name: string | null;
  events_per_second: number | null;
  burst: number | null;
  max_subscriptions: number | null;
  frame_ancestors: string[] | null;
  created_at: Date;
  updated_at: Date;
}

/** What may be changed of a tenant, and its id. */
type TenantFields = Pick<Tenant, 'id' | 'name' | 'limits' | 'frameAncestors'>;

/** Tenants that are not deleted. */
@Injectable()
export class TenantsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly hotPath: HotPath,
    private readonly connections: ApiConnections,
  ) {}

  /**
   * Finds tenants for the gatekeeper. Runs on the hot path's own connections, so that API reads that wait for a lock
   * cannot delay publishing.
   */
  async findMany(ids: readonly string[]): Promise<Tenant[]> {
    const rows = await this.hotPath.query<Row>(FIND_TENANTS.with({ ids }));
    return rows.map(toTenant);
  }

  /** Lists tenants ordered by id, and one more than the limit if another page follows. */
  async list(limit: number, after: string | null): Promise<Tenant[]> {
    const text = `select ${TENANT_COLUMNS} from tenants
      where deleted_at is null and ($1::text is null or id > $1) order by id limit $2`;
    const rows = await this.connections.lend(null, () => this.dataSource.query<Row[]>(text, [after, limit + 1]));
    return rows.map(toTenant);
  }

  /** Locks the row until the transaction ends. Other transactions that call this for the same tenant wait. */
  async lock(tx: Tx, id: string): Promise<Tenant | null> {
    const rows = await tx.query<Row[]>(
      `select ${TENANT_COLUMNS} from tenants where id = $1 and deleted_at is null for update`,
      [id],
    );
    return rows[0] ? toTenant(rows[0]) : null;
  }

  /** @returns null if a tenant with this id exists or was deleted */
  async insert(tx: Tx, tenant: TenantFields): Promise<Tenant | null> {
    const { id, name, limits, frameAncestors } = tenant;
    const rows = await tx.query<Row[]>(
      `insert into tenants (id, name, events_per_second, burst, max_subscriptions, frame_ancestors)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (id) do nothing returning ${TENANT_COLUMNS}`,
      [id, name, limits.eventsPerSecond, limits.burst, limits.maxSubscriptions, frameAncestors],
    );
    return rows[0] ? toTenant(rows[0]) : null;
  }

  async update(tx: Tx, { id, name, limits, frameAncestors }: TenantFields): Promise<Tenant | null> {
    const [rows] = await tx.query<[Row[], number]>(
      `update tenants set name = $2, events_per_second = $3, burst = $4, max_subscriptions = $5, frame_ancestors = $6,
         updated_at = now()
       where id = $1 returning ${TENANT_COLUMNS}`,
      [id, name, limits.eventsPerSecond, limits.burst, limits.maxSubscriptions, frameAncestors],
    );
    return rows[0] ? toTenant(rows[0]) : null;
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.query('update tenants set deleted_at = now() where id = $1', [id]);
  }
}

function toTenant(row: Row): Tenant {
  return {
    id: row.id,
    name: row.name,
    limits: { eventsPerSecond: row.events_per_second, burst: row.burst, maxSubscriptions: row.max_subscriptions },
    frameAncestors: row.frame_ancestors ?? [],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
