import { makeToken } from './make-token.js';
import { ApiClient, type CreatedSubscriptionAnswer, type SubscriptionAnswer } from './api-client.js';
import { fastSettings } from './fast-settings.js';
import { type ReceivedRequest, ScriptedReceiver } from './scripted-receiver.js';
import { type ServiceProcess, startService } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** A service that asks for keys, with a database and a receiver of its own. */
export class KeyedService {
  private paths = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly receiver: ScriptedReceiver,
    private readonly process: ServiceProcess,
    /** Calls it as an admin of all tenants. */
    readonly api: ApiClient,
  ) {}

  static async start(): Promise<KeyedService> {
    const key = makeToken();
    const database = await createTestDatabase();
    const receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key });
    const service = await startService({ entry: 'main', settings });
    return new KeyedService(database, receiver, service, new ApiClient(service.url).as(key));
  }

  get url(): string {
    return this.process.url;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.receiver.close();
    await this.database.drop();
  }

  /** Creates a subscription with a path of its own at the receiver. */
  subscribe(input: object = {}): Promise<CreatedSubscriptionAnswer> {
    const path = `/hook-${(this.paths += 1)}`;
    return this.api.createSubscription({
      target_url: this.receiver.url(path),
      event_type: 'order.created',
      ...input,
    });
  }

  /** Publishes an event to a subscription. @returns the request that its receiver gets */
  async delivered({ id, target_url: url }: SubscriptionAnswer): Promise<ReceivedRequest> {
    const { task_id: delivery } = await this.api.publish(id, { n: 1 });
    expect(await this.api.untilFinal(delivery)).toMatchObject({ status: 'delivered' });
    return this.receiver.requestsTo(new URL(url).pathname).at(-1)!;
  }
}
