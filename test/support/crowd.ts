import { createTenant } from './access.js';
import { ApiClient } from './api-client.js';
import { eventually } from './eventually.js';
import { fastSettings, PATIENT } from './fast-settings.js';
import { hang, ScriptedReceiver } from './scripted-receiver.js';
import { type ServiceProcess, startService } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export const TENANTS = ['neighbour', 'crowd'] as const;
export type Tenant = (typeof TENANTS)[number];

const AT_ONCE = 20;

/** A tenant `crowd` with many subscriptions whose receivers hang, and a tenant `neighbour`. Both have a sound one. */
export class Crowd {
  private constructor(
    private readonly database: TestDatabase,
    private readonly service: ServiceProcess,
    readonly receiver: ScriptedReceiver,
    readonly clients: Readonly<Record<Tenant, ApiClient>>,
    /** Ids of the sound subscriptions. Their receivers are at the path of the tenant's name. */
    readonly soundOf: Readonly<Record<Tenant, string>>,
  ) {}

  static async start(): Promise<Crowd> {
    const database = await createTestDatabase();
    const receiver = await ScriptedReceiver.start();
    receiver.script('/hangs', hang());
    // Requests that hang here do so until the end: sending is patient, and the shutdown is not.
    const settings = fastSettings(database, { ...PATIENT, SHUTDOWN_TIMEOUT: '1', LOG_LEVEL: 'info' });
    const service = await startService({ entry: 'main', settings });
    const admin = new ApiClient(service.url, { validate: false });
    const join = async (tenant: Tenant): Promise<[ApiClient, string]> => {
      await createTenant(admin, tenant);
      const client = new ApiClient(service.url, { validate: false, headers: { 'x-tenant': tenant } });
      return [client, await subscribe(client, receiver.url(`/${tenant}`))];
    };
    const [[crowd, crowdSound], [neighbour, neighbourSound]] = [await join('crowd'), await join('neighbour')];
    const soundOf = { crowd: crowdSound, neighbour: neighbourSound };
    return new Crowd(database, service, receiver, { crowd, neighbour }, soundOf);
  }

  /** Lets that many receivers of the crowd hang, and waits until the crowd takes all the slots that it may have. */
  async hang(count: number): Promise<void> {
    const { crowd } = this.clients;
    for (let n = 0; n < count; n += AT_ONCE) {
      const several = Array.from({ length: AT_ONCE }, () =>
        subscribe(crowd, this.receiver.url('/hangs'), 'order.hangs'),
      );
      await Promise.all(several);
    }
    expect((await crowd.broadcast('order.hangs', {})).deliveries).toBe(count);
    await eventually(() => this.receiver.requestsTo('/hangs'), { until: ({ length }) => length >= 100 });
  }

  /** Delivers an event to a new subscription of the neighbour. */
  async deliverToNew(): Promise<void> {
    const id = await subscribe(this.clients.neighbour, this.receiver.url('/new'));
    await this.clients.neighbour.publish(id, {});
    await eventually(() => this.receiver.requestsTo('/new'), { until: ({ length }) => length === 1 });
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.receiver.close();
    await this.database.drop();
  }
}

async function subscribe(client: ApiClient, targetUrl: string, type = 'order.created'): Promise<string> {
  return (await client.createSubscription({ target_url: targetUrl, event_type: type, timeout: 120 })).id;
}
