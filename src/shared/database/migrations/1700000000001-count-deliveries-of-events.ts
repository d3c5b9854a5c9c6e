import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stores the number of deliveries with each event, so that the ledger can compare accepted and finished deliveries.
 * Counts the deliveries of existing events: an event and its deliveries form one range of ids.
 */
export class CountDeliveriesOfEvents1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table events add column delivery_count int not null default 0');
    const last = `(left(e.id::text, 31) || 'fffff')::uuid`;
    await runner.query(`update events e set delivery_count =
        (select count(*) from deliveries d where d.id > e.id and d.id <= ${last})
      + (select count(*) from open_deliveries o where o.id > e.id and o.id <= ${last})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table events drop column delivery_count');
  }
}
