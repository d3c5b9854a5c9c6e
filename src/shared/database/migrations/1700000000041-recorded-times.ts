import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withShortLock } from './1700000000005-checked-states.js';

/**
 * Events and attempts get the time of their transaction, and block range indexes find the rows of a minute by it. Rows
 * from before have no such time. Each change has a transaction of its own, or none.
 */

type Migration = new () => MigrationInterface;

interface Column {
  readonly table: string;
  readonly column: string;
}

const EVENTS: Column = { table: 'events', column: 'accepted_at' };
const ATTEMPTS: Column = { table: 'attempts', column: 'recorded_at' };
const DELIVERIES: Column = { table: 'deliveries', column: 'finished_at' };

/** Adds the column without a value for stored rows, so that only the catalogue changes, and then its default. */
function recorded({ table, column }: Column, name: string): Migration {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await withShortLock(
        runner,
        `alter table ${table} add column ${column} timestamptz, alter column ${column} set default now()`,
      );
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`alter table ${table} drop column ${column}`);
    }
  };
}

/**
 * The previous version counts a manual retry in its event. The trigger keeps the count that the event was accepted
 * with, and stores the retry where this version does. It may go in the release after this one.
 */
class RepeatsOfPreviousVersion1700000000043 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create function store_repeat() returns trigger language plpgsql as $$
      begin
        insert into delivery_repeats (delivery_id, tenant_id) values (old.id, old.tenant_id);
        return null;
      end $$`);
    await withShortLock(
      runner,
      `create trigger events_store_repeat before update of delivery_count on events
       for each row when (new.delivery_count = old.delivery_count + 1) execute function store_repeat()`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger events_store_repeat on events');
    await runner.query('drop function store_repeat');
  }
}

/** Rows are appended in the order of the time, so an entry for each megabyte finds them. */
const BLOCK_RANGES = 'with (pages_per_range = 128, autosummarize = on)';

/** Defines the index for new partitions. The definition is complete once each stored partition has its index. */
function defined({ table, column }: Column, name: string): Migration {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await withShortLock(
        runner,
        `create index ${table}_${column} on only ${table} using brin (${column}) ${BLOCK_RANGES}`,
      );
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`drop index ${table}_${column}`);
    }
  };
}

/** Builds the index of each stored partition, which reads the partition once and holds up no writer. */
function built({ table, column }: Column, name: string): Migration {
  return class implements MigrationInterface {
    readonly name = name;
    readonly transaction = false;

    async up(runner: QueryRunner): Promise<void> {
      for (const found of await partitionsOf(runner, table, column)) {
        const index = found.index ?? `${found.partition}_${column}_idx`;
        // An interrupted build leaves an index that is not valid.
        if (found.is_valid === false) await runner.query(`drop index concurrently ${index}`);
        if (found.is_valid !== true) {
          await runner.query(
            `create index concurrently ${index} on ${found.partition} using brin (${column}) ${BLOCK_RANGES}`,
          );
        }
        if (!found.is_attached) await runner.query(`alter index ${table}_${column} attach partition ${index}`);
      }
    }

    async down(): Promise<void> {
      // The indexes go with their definition.
    }
  };
}

interface IndexedPartition {
  readonly partition: string;
  /** Null without one. */
  readonly index: string | null;
  readonly is_valid: boolean | null;
  readonly is_attached: boolean;
}

async function partitionsOf(runner: QueryRunner, table: string, column: string): Promise<IndexedPartition[]> {
  return (await runner.query(
    `select child.relname as partition, i.indexrelid::regclass::text as index, i.indisvalid as is_valid,
       exists (select from pg_inherits child_index where child_index.inhrelid = i.indexrelid) as is_attached
     from pg_inherits join pg_class child on child.oid = inhrelid
     left join (pg_index i join pg_class c on c.oid = i.indexrelid join pg_am on pg_am.oid = c.relam and amname = 'brin'
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] and a.attname = '${column}')
       on i.indrelid = child.oid
     where inhparent = '${table}'::regclass order by child.relname`,
  )) as IndexedPartition[];
}

export const RECORDED_TIMES = [
  recorded(EVENTS, 'AcceptedTimes1700000000041'),
  recorded(ATTEMPTS, 'RecordedTimes1700000000042'),
  RepeatsOfPreviousVersion1700000000043,
  defined(EVENTS, 'AcceptedIndex1700000000044'),
  defined(ATTEMPTS, 'RecordedIndex1700000000045'),
  defined(DELIVERIES, 'FinishedIndex1700000000046'),
  built(EVENTS, 'BuiltAcceptedIndexes1700000000047'),
  built(ATTEMPTS, 'BuiltRecordedIndexes1700000000048'),
  built(DELIVERIES, 'BuiltFinishedIndexes1700000000049'),
];
