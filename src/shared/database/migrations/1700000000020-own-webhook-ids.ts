import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withShortLock } from './1700000000005-checked-states.js';

/**
 * A manual retry may have a `webhook-id` of its own. Null means that of the event. A column without a default changes
 * only the catalogue, and rows of the previous version stay valid. Each table has a transaction of its own.
 */
function ownWebhookIds(table: string, name: string): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await withShortLock(runner, `alter table ${table} add column webhook_id uuid`);
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`alter table ${table} drop column webhook_id`);
    }
  };
}

export const OWN_WEBHOOK_IDS = [
  ownWebhookIds('open_deliveries', 'OwnWebhookIdsOfOpenDeliveries1700000000020'),
  ownWebhookIds('deliveries', 'OwnWebhookIdsOfDeliveries1700000000021'),
];
