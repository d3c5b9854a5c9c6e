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

/** The version that a row of subscriptions has now: what it wants, and its state. */
const VERSION = 'new.tenant_id, new.id, new.event_types, new.state, new.disabled_reason';

/**
 * What each subscription wanted, and its state, from which time on. A trigger writes a version in the transaction of
 * every change, so also those of the previous version of the service, which runs beside this one for a while. The
 * versions of a subscription have different times even if the clock goes back. Times are in whole milliseconds, like
 * those of events. The function finds the table whatever the search_path of those who change a subscription.
 */
const VERSIONS = [
  `create table subscription_versions (
    tenant_id text not null,
    subscription_id uuid not null,
    valid_from timestamptz not null,
    event_types text[] not null,
    state smallint not null,
    disabled_reason text,
    primary key (tenant_id, subscription_id, valid_from))`,
  `create function keep_subscription_version() returns trigger language plpgsql
    set search_path from current as $$
    begin
      insert into subscription_versions (tenant_id, subscription_id, event_types, state, disabled_reason, valid_from)
      select ${VERSION}, greatest(
        date_trunc('milliseconds', case when tg_op = 'INSERT' then new.created_at else clock_timestamp() end),
        (select max(valid_from) + interval '1 millisecond' from subscription_versions
         where tenant_id = new.tenant_id and subscription_id = new.id));
      return null;
    end $$`,
];

const TRIGGERS = [
  `create trigger subscriptions_first_version after insert on subscriptions
    for each row execute function keep_subscription_version()`,
  `create trigger subscriptions_next_version after update on subscriptions for each row
    when (old.state <> new.state or old.event_types <> new.event_types
      or old.disabled_reason is distinct from new.disabled_reason)
    execute function keep_subscription_version()`,
];

class SubscriptionVersions implements MigrationInterface {
  readonly name = 'SubscriptionVersions1700000000052';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of VERSIONS) await runner.query(statement);
    for (const statement of TRIGGERS) await withShortLock(runner, statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger subscriptions_first_version on subscriptions');
    await runner.query('drop trigger subscriptions_next_version on subscriptions');
    await runner.query('drop function keep_subscription_version');
    await runner.query('drop table subscription_versions');
  }
}

/**
 * The versions that are present when recording begins. They have been valid since the last change of any field, or for
 * longer; a deleted one since its deletion. In a transaction of its own, because it takes longer than changes of
 * subscriptions should wait for a trigger.
 */
class PresentSubscriptionVersions implements MigrationInterface {
  readonly name = 'PresentSubscriptionVersions1700000000053';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `insert into subscription_versions (tenant_id, subscription_id, valid_from, event_types, state, disabled_reason)
       select tenant_id, id, date_trunc('milliseconds', coalesce(deleted_at, updated_at)), event_types, state, disabled_reason
       from subscriptions
       on conflict do nothing`,
    );
  }

  async down(): Promise<void> {
    // They go with their table.
  }
}

export const RECORDED_OUTCOMES: Migration[] = [
  addedColumn('attempts', 'exchange', 'bytea', 'ExchangesOfAttempts1700000000050'),
  addedColumn('events', 'addressing', 'smallint', 'AddressingOfEvents1700000000051'),
  SubscriptionVersions,
  PresentSubscriptionVersions,
];
