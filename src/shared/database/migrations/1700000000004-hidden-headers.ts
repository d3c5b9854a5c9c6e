import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the names of headers whose values clients marked as not secret, and an index of deleted subscriptions, which
 * count towards a limit until they are removed.
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
