import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { ApiConnections } from './api-connections.js';
import type { Reader } from './reading.js';
import { Reads } from './reads.js';
import { reportOf } from './report.js';
import { searchOf, type SearchSession } from './search-session.js';
import type { Tx } from './transaction.js';

export type { SearchSession };

/** An entity whose rows belong to a tenant. */
interface TenantEntity {
  id: string;
  tenantId: string;
}

/**
 * Access to PostgreSQL on behalf of one tenant, for everything that answers a client. Each call names the tenant. Tests
 * refuse a statement that is not limited to it before it runs (`test/support/tenant-scope.ts`).
 */
@Injectable()
export class TenantDatabase {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ApiConnections,
    private readonly reads: Reads = new Reads(dataSource, connections),
  ) {}

  /**
   * Runs SQL in which $1 is the tenant; `values` start at $2.
   *
   * @param tx the transaction in which the statement runs, if any
   */
  async query<Row>(tenantId: string, text: string, values: readonly unknown[], tx?: Reader): Promise<Row[]> {
    if (tx) return rowsOf(await tx.query<Result<Row>>(text, [tenantId, ...values]));
    return this.connections.lend(tenantId, () => this.ask(tenantId, text, values));
  }

  /**
   * Runs a search: several statements on one connection, which see the same snapshot. In a route that may lag, that may
   * be one of the read replica.
   *
   * @param work may run twice, if the replica fails
   * @throws Unavailable if too many searches are running
   */
  async search<T>(tenantId: string, work: (session: SearchSession) => Promise<T>): Promise<T> {
    return this.reads.run(tenantId, searchOf(tenantId, work));
  }

  /**
   * Same as `query`, for a statement that only reads and may take 30 seconds. In a route that may lag, it may run on
   * the read replica.
   *
   * @throws Unavailable if too many reports are running
   */
  async report<Row extends object>(tenantId: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.reads.run(tenantId, reportOf<Row>(text, [tenantId, ...values]));
  }

  /** Returns access to the tenant's rows of an entity. */
  rows<E extends TenantEntity>(entity: EntityTarget<E>, tenantId: string, tx?: Tx): TenantRows<E> {
    const { manager } = this.dataSource;
    const lend: Lend = tx ? (work) => work(tx) : (work) => this.connections.lend(tenantId, () => work(manager));
    return new TenantRows(lend, entity, tenantId);
  }

  private async ask<Row>(tenantId: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return rowsOf(await this.dataSource.query<Result<Row>>(text, [tenantId, ...values]));
  }
}

/** For UPDATE and DELETE, TypeORM returns the rows together with their count. */
type Result<Row> = Row[] | [Row[], number];

/** Provides the connection on which a statement runs. */
type Lend = <T>(work: (manager: Tx) => Promise<T>) => Promise<T>;

/** Selects the rows of a list. */
interface TenantList {
  /** Name of the entity in the conditions. */
  readonly alias: string;
  /** Conditions in TypeORM syntax, with the values of their parameters. */
  readonly conditions: readonly (readonly [condition: string, values?: ObjectLiteral])[];
  readonly limit: number;
}

/** One tenant's rows of one entity. Callers never get a query builder, which they could use to leave the tenant. */
export class TenantRows<E extends TenantEntity> {
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

  /** Returns the rows that meet all conditions, newest first. */
  list({ alias, conditions, limit }: TenantList): Promise<E[]> {
    return this.lend((manager) => {
      const query = manager.createQueryBuilder(this.entity, alias);
      for (const [condition, values] of conditions) query.andWhere(`(${condition})`, values);
      // Added last, so that no other condition can override its parameter.
      query.andWhere(`${alias}.tenantId = :tenantId`, this.scope);
      return query.orderBy(`${alias}.id`, 'DESC').limit(limit).getMany();
    });
  }

  async insert(row: E): Promise<void> {
    // The cast is needed because TypeORM's types expect SQL expressions in jsonb columns.
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
