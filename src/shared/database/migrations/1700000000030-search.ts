import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withShortLock } from './1700000000005-checked-states.js';
import { concurrentIndex } from './concurrent-index.js';

/**
 * What publishers call their events: an idempotency key, kept as long as the event, and tags. Null columns change only
 * the catalogue and cost no space, and rows of the previous version stay valid.
 */
class EventLabels1700000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await withShortLock(runner, 'alter table events add column idempotency_key text, add column tags text[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table events drop column idempotency_key, drop column tags');
  }
}

/** Finds events by tag. Its partitions are dropped with those of the events. Tags are ASCII, so bytes order them. */
class EventTags1700000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table event_tags (
      tenant_id text not null,
      tag text collate "C" not null,
      event_id uuid not null,
      primary key (tenant_id, tag, event_id)) partition by range (event_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table event_tags');
  }
}

/** Replaced by an index that begins with the tenant. */
class NoUnsuccessfulOfAll1700000000039 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await withShortLock(runner, 'drop index deliveries_unsuccessful');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('create index deliveries_unsuccessful on deliveries (id) where state > 2');
  }
}

/**
 * Which is always so. The planner can prove it only for a statement that names the tenant, so no other statement, of
 * workers for example, is tempted by the index while its tables look empty.
 */
const FOR_TENANTS = 'where tenant_id is not null';

export const SEARCH = [
  EventLabels1700000000030,
  EventTags1700000000031,
  // Event types are skipped from one to the next, so they need an order of their own in each day.
  concurrentIndex('EventsByType1700000000032', {
    name: 'events_type',
    on: `events (tenant_id, event_type collate "C", id) ${FOR_TENANTS}`,
  }),
  concurrentIndex('EventsByIdempotencyKey1700000000033', {
    name: 'events_idempotency_key',
    on: 'events (tenant_id, idempotency_key, id) where idempotency_key is not null',
  }),
  concurrentIndex('UnreachedEvents1700000000034', {
    name: 'events_unreached',
    on: 'events (tenant_id, id) where delivery_count = 0',
  }),
  // Tenant first: the subscriptions of one tenant that have unfinished deliveries are skipped from one to the next.
  concurrentIndex('OpenDeliveriesBySubscription1700000000035', {
    name: 'open_deliveries_subscription',
    on: `open_deliveries (tenant_id, subscription_id, id) ${FOR_TENANTS}`,
  }),
  // Failures are rare, so partial indexes of them cost almost nothing. Their conditions differ, so that the planner
  // never takes the one for the other.
  concurrentIndex('UnsuccessfulDeliveries1700000000036', {
    name: 'deliveries_tenant_unsuccessful',
    on: 'deliveries (tenant_id, id) where state <> 2',
  }),
  concurrentIndex('UnsuccessfulDeliveriesBySubscription1700000000037', {
    name: 'deliveries_subscription_unsuccessful',
    on: 'deliveries (subscription_id, id) where state > 2',
  }),
  concurrentIndex('SubscriptionsByTargetHost1700000000038', {
    name: 'subscriptions_target_host',
    on: `subscriptions (tenant_id, substring(target_url from '^[a-z]+://(\\[[^]]*\\]|[^:/?#]*)'))`,
  }),
  NoUnsuccessfulOfAll1700000000039,
];
