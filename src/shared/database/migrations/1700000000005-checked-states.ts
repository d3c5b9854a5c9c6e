import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * PostgreSQL refuses a state that its table cannot have: subscriptions 0 active, 1 paused, 2 disabled, 3 deleted;
 * open_deliveries 0 pending, 1 in flight; deliveries 2 delivered, 3 failed, 4 cancelled.
 *
 * New rows are checked from here on. Reading what is stored takes a while and is a step of its own, for which this one
 * need not hold its locks.
 */
export class CheckedStates1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, states] of STATES) {
      await runner.query(`alter table ${table} add constraint ${table}_state check (state in (${states})) not valid`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table] of STATES) await runner.query(`alter table ${table} drop constraint ${table}_state`);
  }
}

/** Reads what was stored before, without holding up writers. */
export class ValidatedStates1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table] of STATES) await runner.query(`alter table ${table} validate constraint ${table}_state`);
  }

  async down(): Promise<void> {
    // There is nothing to undo: a constraint that holds for all rows also holds for new ones.
  }
}

const STATES = [
  ['subscriptions', '0, 1, 2, 3'],
  ['open_deliveries', '0, 1'],
  ['deliveries', '2, 3, 4'],
] as const;
