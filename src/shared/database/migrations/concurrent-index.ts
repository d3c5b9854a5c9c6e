import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withShortLock } from './1700000000005-checked-states.js';

interface IndexDefinition {
  readonly name: string;
  /** The table with the columns and the condition of the index. */
  readonly on: string;
}

/**
 * Makes the migration that builds an index without holding up writers. It runs outside of a transaction, so it can fail
 * halfway; run again, it does what is missing.
 *
 * An index of a partitioned table is first declared for the table alone, then built for one partition after another,
 * and is valid once it has them all.
 */
export function concurrentIndex(name: string, index: IndexDefinition): new () => MigrationInterface {
  const [table = ''] = index.on.split(' ');
  const definition = index.on.slice(table.length);
  return class implements MigrationInterface {
    readonly name = name;
    readonly transaction = false;

    async up(runner: QueryRunner): Promise<void> {
      if (!(await isPartitioned(runner, table))) {
        await build(runner, index.name, table, definition);
        return;
      }
      await inShortLock(runner, `create index if not exists ${index.name} on only ${table}${definition}`);
      // A partition may come while another is built.
      for (;;) {
        const partition = await findPartitionWithout(runner, table, index.name);
        if (partition === null) return;
        const ofPartition = `${index.name}_${partition.slice(-8)}`;
        await build(runner, ofPartition, partition, definition);
        await inShortLock(runner, `alter index ${index.name} attach partition ${ofPartition}`);
      }
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`drop index ${index.name}`);
    }
  };
}

async function isPartitioned(runner: QueryRunner, table: string): Promise<boolean> {
  const [row] = (await runner.query('select relkind from pg_class where oid = to_regclass($1)', [table])) as {
    relkind: string;
  }[];
  return row?.relkind === 'p';
}

/** Name of the first attached partition that has no part of the index yet. */
async function findPartitionWithout(runner: QueryRunner, table: string, index: string): Promise<string | null> {
  const [row] = (await runner.query(
    `select child.relname as name from pg_inherits part join pg_class child on child.oid = part.inhrelid
     where part.inhparent = to_regclass($1) and not part.inhdetachpending and not exists (
       select from pg_inherits has join pg_index own on own.indexrelid = has.inhrelid
       where has.inhparent = to_regclass($2) and own.indrelid = child.oid)
     order by child.relname limit 1`,
    [table, index],
  )) as { name: string }[];
  return row?.name ?? null;
}

/** Builds an index. What an earlier attempt left unfinished is invalid, and is built anew. */
async function build(runner: QueryRunner, name: string, table: string, definition: string): Promise<void> {
  const [left] = (await runner.query('select indisvalid from pg_index where indexrelid = to_regclass($1)', [name])) as {
    indisvalid: boolean;
  }[];
  if (left?.indisvalid) return;
  if (left !== undefined) await runner.query(`drop index concurrently ${name}`);
  await runner.query(`create index concurrently ${name} on ${table}${definition}`);
}

async function inShortLock(runner: QueryRunner, statement: string): Promise<void> {
  await runner.startTransaction();
  try {
    await withShortLock(runner, statement);
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}
