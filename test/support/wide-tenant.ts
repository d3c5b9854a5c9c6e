import { makeToken } from './make-token.js';
import { clientOf, createTenant } from './access.js';
import { ApiClient } from './api-client.js';
import { aSubscription } from './factories.js';
import { fastSettings } from './fast-settings.js';
import { FaultyRedis } from './faulty-redis.js';
import { ScriptedReceiver } from './scripted-receiver.js';
import { type ServiceProcess, startService } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** The most deliveries that an event may have. */
export const MOST_DELIVERIES = 100_000;
/** Subscriptions inserted by SQL have no secrets, because such a secret could not be opened. */
const INSERTED = `insert into subscriptions (id, tenant_id, target_url, event_types, secrets, state, created_at, updated_at)
  select gen_random_uuid(), 'wide', $2, '{*}', '[]', 0, now(), now() from generate_series(1, $1)`;

/** A tenant with very many subscriptions to one event beside one with a single subscription, at one API. */
export class WideTenant {
  private constructor(
    readonly database: TestDatabase,
    readonly redis: FaultyRedis,
    readonly service: ServiceProcess,
    private readonly settings: Readonly<Record<string, string>>,
    /** The tenant with very many subscriptions. */
    readonly wide: ApiClient,
    /** The tenant beside it. */
    readonly narrow: ApiClient,
  ) {}

  static async start(given: Readonly<Record<string, string>>): Promise<WideTenant> {
    const bootstrapKey = makeToken();
    const database = await createTestDatabase();
    const redis = await FaultyRedis.start();
    const settings = {
      ...fastSettings(database, { ...given, API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey }),
      REDIS_URL: redis.url,
      // Earlier versions kept ten million ids and more: these alone take far more memory.
      NODE_OPTIONS: '--max-old-space-size=160',
    };
    const service = await startService({ entry: 'main.api', settings });
    const admin = new ApiClient(service.url).as(bootstrapKey);
    for (const tenant of ['wide', 'narrow']) await createTenant(admin, tenant);
    const wide = await clientOf(admin, 'wide', 'admin');
    const narrow = await clientOf(admin, 'narrow', 'admin');
    await narrow.createSubscription(aSubscription({ event_types: ['a'] }));
    return new WideTenant(database, redis, service, settings, wide, narrow);
  }

  async subscribe(count: number, targetUrl = 'https://1.1.1.1/'): Promise<void> {
    await this.database.query(INSERTED, [count, targetUrl]);
  }

  publish(type: string, idempotencyKey?: string): Promise<{ status: number; body: unknown }> {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return this.wide.request('POST', `/webhooks/${type}`, { body: { n: 1 }, headers });
  }

  publishNarrow(): Promise<unknown> {
    return this.narrow.expect(202, 'POST', '/webhooks/a', { body: { n: 1 } });
  }

  /** Runs a worker with a receiver for as long as the given work takes. */
  async deliverDuring(work: (receiver: ScriptedReceiver, worker: ServiceProcess) => Promise<void>): Promise<void> {
    const receiver = await ScriptedReceiver.start();
    const worker = await startService({ entry: 'main.worker', settings: this.settings });
    try {
      await work(receiver, worker);
    } finally {
      await worker.stop();
      await receiver.close();
    }
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.redis.stop();
    await this.database.drop();
  }
}

/** Number of deliveries of an event that a receiver has got. */
export function arrivedAt({ requests }: ScriptedReceiver, eventId: string): number {
  return new Set(requests.filter(({ webhookId }) => webhookId === eventId).map(({ deliveryId }) => deliveryId)).size;
}
