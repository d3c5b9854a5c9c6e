import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Headers whose values a client named harmless; all others are hidden. And an index of what is deleted: it counts
 * against a limit for a while, and then it goes.
 */
export class HiddenHeaders1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table subscriptions add column shown_headers text[] not null default '{}'`);
    await runner.query(
      'create index subscriptions_deleted on subscriptions (tenant_id, deleted_at) where deleted_at is not null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index subscriptions_deleted');
    await runner.query('alter table subscriptions drop column shown_headers');
  }
}
