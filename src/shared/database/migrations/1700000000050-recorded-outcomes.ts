import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withShortLock } from './1700000000005-checked-states.js';

type Migration = new () => MigrationInterface;

/**
 * A column without a default changes only the catalogue, and rows of the previous version stay valid: their null means
 * "not recorded". Each table has a transaction of its own.
 */
function addedColumn(table: string, column: string, type: string, name: string): Migration {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await withShortLock(runner, `alter table ${table} add column ${column} ${type}`);
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`alter table ${table} drop column ${column}`);
    }
  };
}

export const RECORDED_OUTCOMES: Migration[] = [
  addedColumn('attempts', 'exchange', 'bytea', 'ExchangesOfAttempts1700000000050'),
];
