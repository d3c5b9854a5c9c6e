import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { PARTITIONED_TABLES } from './partition-keeper.js';

/** A table or a partition, with its indexes. */
export interface TableSize {
  readonly name: string;
  /** The table that it is a partition of; null for a whole table. */
  readonly parent: string | null;
  readonly bytes: number;
  /** As the planner estimates them; null if nothing has counted them yet. */
  readonly rows: number | null;
}

export interface DatabaseState {
  readonly version: string;
  readonly bytes: number;
  readonly startedAt: Date;
  readonly connections: number;
  readonly maxConnections: number;
  /** The last migration that was applied; null if there is none. */
  readonly schema: string | null;
  readonly applied: number;
}

/** What the catalogs of PostgreSQL know of the database. No table of a tenant is read. */
@Injectable()
export class Catalogs {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async database(): Promise<DatabaseState> {
    const [row] = await this.dataSource.query<[DatabaseState]>(
      `select current_setting('server_version') as version, pg_database_size(current_database())::float8 as bytes,
         pg_postmaster_start_time() as "startedAt", current_setting('max_connections')::int as "maxConnections",
         (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
         (select name from migrations order by timestamp desc limit 1) as schema,
         (select count(*)::int from migrations) as applied`,
    );
    return row;
  }

  /** Whole tables and partitions, by name. A partitioned table itself holds nothing. */
  tables(): Promise<TableSize[]> {
    return this.dataSource.query(
      `select c.relname as name, parent.relname as parent, coalesce(pg_total_relation_size(c.oid), 0)::float8 as bytes,
         case when c.reltuples >= 0 then c.reltuples::float8 end as rows
       from pg_class c left join pg_inherits on inhrelid = c.oid left join pg_class parent on parent.oid = inhparent
       where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
         and (not c.relispartition or parent.relname = any($1))
       order by c.relname`,
      [PARTITIONED_TABLES],
    );
  }
}
