import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Allows deletes from the audit log only oldest first and only after 12 hours, so that a session with the retention
 * setting can neither delete a single entry nor recent ones.
 */
export class AuditOldestFirst1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger audit_log_oldest_first on audit_log');
    await runner.query('drop function refuse_audit_selection');
  }
}

const STATEMENTS = [
  // Ids start with their time in milliseconds. 12 hours is half of the shortest retention, in case clocks differ.
  `create function refuse_audit_selection() returns trigger language plpgsql as $$
    declare
      newest uuid := (select id from gone order by id desc limit 1);
    begin
      if exists (select from audit_log where id < newest) then
        raise exception 'audit_log is append-only: the oldest entries go first';
      end if;
      if ('x' || translate(left(newest::text, 13), '-', ''))::bit(48)::bigint
          > extract(epoch from now() - interval '12 hours') * 1000 then
        raise exception 'audit_log is append-only: its entries are too young to go';
      end if;
      return null;
    end $$`,
  `create trigger audit_log_oldest_first after delete on audit_log referencing old table as gone
    for each statement execute function refuse_audit_selection()`,
];
