import { setTimeout } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * PostgreSQL refuses a state that its table cannot have: subscriptions 0 active, 1 paused, 2 disabled, 3 deleted;
 * open_deliveries 0 pending, 1 in flight; deliveries 2 delivered, 3 failed, 4 cancelled.
 *
 * Each table has a transaction of its own: two of these locks together deadlock with the statements of workers. Adding
 * a constraint checks new rows; reading the stored ones is a later step, which holds up no writer.
 */

type Migration = new () => MigrationInterface;

/** Longest wait for the lock, because all other statements on the table wait behind it. */
const LOCK_TIMEOUT = '500ms';
const MAX_TRIES = 120;
const PAUSE_MS = 500;

function checked(table: string, states: string, name: string): Migration {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await withShortLock(
        runner,
        `alter table ${table} add constraint ${table}_state check (state in (${states})) not valid`,
      );
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`alter table ${table} drop constraint ${table}_state`);
    }
  };
}

function validated(table: string, name: string): Migration {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`alter table ${table} validate constraint ${table}_state`);
    }

    async down(): Promise<void> {
      // There is nothing to undo: the constraint itself belongs to the other migration.
    }
  };
}

/** Gives the lock up and tries again while something reads the table for long, such as a report. */
export async function withShortLock(runner: QueryRunner, statement: string): Promise<void> {
  await runner.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
  for (let tries = 1; ; tries += 1) {
    await runner.query('savepoint before_lock');
    try {
      await runner.query(statement);
      return;
    } catch (error) {
      if (tries === MAX_TRIES || !isLockTimeout(error)) throw error;
      await runner.query('rollback to savepoint before_lock');
      await setTimeout(PAUSE_MS);
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return (error as { driverError?: { code?: unknown } } | null)?.driverError?.code === '55P03';
}

export const CHECKED_STATES = [
  checked('subscriptions', '0, 1, 2, 3', 'CheckedSubscriptionStates1700000000005'),
  checked('open_deliveries', '0, 1', 'CheckedOpenDeliveryStates1700000000006'),
  checked('deliveries', '2, 3, 4', 'CheckedDeliveryStates1700000000007'),
  validated('subscriptions', 'ValidatedSubscriptionStates1700000000008'),
  validated('open_deliveries', 'ValidatedOpenDeliveryStates1700000000009'),
  validated('deliveries', 'ValidatedDeliveryStates1700000000010'),
];
