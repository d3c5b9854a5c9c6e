import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { ApiConnections } from './api-connections.js';
import { runReport } from './report.js';
import type { Tx } from './transaction.js';

/** An entity whose rows belong to a tenant. */
interface OfTenant {
  id: string;
  tenantId: string;
}

/**
 * PostgreSQL as one tenant sees it: the way of everything that answers a client. Each call names the tenant, and tests
 * refuse a statement that forgets it before it runs, whatever rows it would have found (`test/support/tenant-scope.ts`).
 */
@Injectable()
export class TenantDatabase {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ApiConnections,
  ) {}

  /**
   * Runs SQL in which $1 is the tenant; `values` begin with $2.
   *
   * @param tx the transaction that it belongs to, if it belongs to one
   */
  async query<Row>(tenantId: string, text: string, values: readonly unknown[], tx?: Tx): Promise<Row[]> {
    if (tx) return rowsOf(await tx.query<Result<Row>>(text, [tenantId, ...values]));
    return this.connections.lend(tenantId, () => this.ask(tenantId, text, values));
  }

  /**
   * As `query`, for a statement that may read much before it finds what it looks for. @throws Unavailable when too many
   * do
   */
  async search<Row>(tenantId: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.connections.lendForSearch(tenantId, () => this.ask(tenantId, text, values));
  }

  /** As `search`, for a statement that may take half a minute. @throws Unavailable when too many do */
  async report<Row extends object>(tenantId: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.connections.lendForReport(tenantId, () => runReport(this.dataSource, text, [tenantId, ...values]));
  }

  /** The rows of an entity that belong to the tenant. */
  rows<E extends OfTenant>(entity: EntityTarget<E>, tenantId: string, tx?: Tx): TenantRows<E> {
    const { manager } = this.dataSource;
    const lend: Lend = tx ? (work) => work(tx) : (work) => this.connections.lend(tenantId, () => work(manager));
    return new TenantRows(lend, entity, tenantId);
  }

  private async ask<Row>(tenantId: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return rowsOf(await this.dataSource.query<Result<Row>>(text, [tenantId, ...values]));
  }
}

/** TypeORM gives the rows of an UPDATE or DELETE beside their number. */
type Result<Row> = Row[] | [Row[], number];

/** Gives the connection that a statement runs on. */
type Lend = <T>(work: (manager: Tx) => Promise<T>) => Promise<T>;

/** What of a tenant's rows is listed. */
interface TenantList {
  /** The name of the entity in the conditions. */
  readonly alias: string;
  /** Each in the language of TypeORM, with the values of its parameters. */
  readonly conditions: readonly (readonly [condition: string, values?: ObjectLiteral])[];
  readonly limit: number;
}

/** The rows of one entity that belong to one tenant. No caller gets hold of a query that he could take further. */
export class TenantRows<E extends OfTenant> {
  constructor(
    private readonly lend: Lend,
    private readonly entity: EntityTarget<E>,
    private readonly tenantId: string,
  ) {}

  findOne(where: FindOptionsWhere<E>, options: { isLocked?: boolean } = {}): Promise<E | null> {
    return this.lend((manager) =>
      manager.findOne(this.entity, {
        where: { ...where, ...this.scope },
        ...(options.isLocked && { lock: { mode: 'pessimistic_write' as const } }),
      }),
    );
  }

  count(where: FindOptionsWhere<E>): Promise<number> {
    return this.lend((manager) => manager.count(this.entity, { where: { ...where, ...this.scope } }));
  }

  /** Those that meet all conditions, newest first. */
  list({ alias, conditions, limit }: TenantList): Promise<E[]> {
    return this.lend((manager) => {
      const query = manager.createQueryBuilder(this.entity, alias);
      for (const [condition, values] of conditions) query.andWhere(`(${condition})`, values);
      // After the others, whose parameters can't take the place of this one then.
      query.andWhere(`${alias}.tenantId = :tenantId`, this.scope);
      return query.orderBy(`${alias}.id`, 'DESC').limit(limit).getMany();
    });
  }

  async insert(row: E): Promise<void> {
    // The cast says that jsonb values are data: TypeORM's types expect SQL expressions in them.
    await this.lend((manager) => manager.insert(this.entity, { ...row, ...this.scope } as object));
  }

  async update(where: FindOptionsWhere<E>, changes: Partial<Omit<E, 'id' | 'tenantId'>>): Promise<void> {
    await this.lend((manager) => manager.update(this.entity, { ...where, ...this.scope }, changes as object));
  }

  private get scope(): FindOptionsWhere<E> {
    return { tenantId: this.tenantId } as FindOptionsWhere<E>;
  }
}

function rowsOf<Row>(result: Result<Row>): Row[] {
  return isCounted(result) ? result[0] : result;
}

function isCounted<Row>(result: Result<Row>): result is [Row[], number] {
  return result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
}
