import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Events say how many deliveries were made of them, so that the ledger can hold what was accepted against what became
 * of it. Events from before are counted here: an event and its deliveries are one range of ids.
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
