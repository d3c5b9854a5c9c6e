import { makeToken } from '../../support/make-token.js';
import { ApiClient, type CreatedSubscriptionAnswer } from '../../support/api-client.js';
import { BrowserSession } from '../../support/browser-session.js';
import { eventually } from '../../support/eventually.js';
import { fastSettings } from '../../support/fast-settings.js';
import type { Operation } from '../../support/openapi-operations.js';
import { ScriptedReceiver } from '../../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** Valid bodies for the operations that need one. */
const BODIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  createKey: { role: 'reader', tenant_id: 'default' },
  rotateKey: {},
  createTenant: { id: 'never-made' },
  patchTenant: {},
  createSubscription: { target_url: 'https://1.1.1.1/', event_type: 'order.created' },
  replaceSubscription: { target_url: 'https://1.1.1.1/', event_type: 'order.created' },
  patchSubscription: {},
  rotateSubscriptionSecret: {},
  retryDelivery: {},
  createReplay: { dry_run: true },
  patchReplay: {},
  testSubscription: {},
  createSession: {},
  createPortalSession: { tenant_id: 'default', capabilities: ['deliveries:read'], return_url: 'https://a.example/' },
  exchangePortalCode: { code: `whc_01k6zv1yqpe7rtqq6zjy2k3m4n_${'A'.repeat(43)}` },
};

/** A service that holds one resource of each kind and has nothing in progress. */
export class World {
  private constructor(
    readonly database: TestDatabase,
    readonly service: ServiceProcess,
    readonly api: ApiClient,
    private readonly receiver: ScriptedReceiver,
    private readonly ids: Readonly<Record<string, string>>,
    /** The header of an admin of all tenants. */
    readonly authorization: string,
  ) {}

  static async make(given: Readonly<Record<string, string>> = {}): Promise<World> {
    const database = await createTestDatabase();
    const receiver = await ScriptedReceiver.start();
    const key = makeToken();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key, ...given });
    const service = await startService({ entry: 'main', settings });
    const authorization = `Bearer ${key}`;
    const api = new ApiClient(service.url, { headers: { authorization } });
    const made = async <T>(path: string, body: object): Promise<T> =>
      (await api.request('POST', path, { body })).body as T;
    const { id: key_ } = await made<{ id: string }>('/keys', { role: 'reader', tenant_id: 'default' });
    await made('/tenants', { id: 'acme' });
    const subscription = await made<CreatedSubscriptionAnswer>('/subscriptions', {
      target_url: receiver.url(),
      event_type: 'order.created',
    });
    const { task_id: task, event_id: event } = await api.publish(subscription.id, { order: 42 });
    await api.untilFinal(task);
    const { id: replay } = await made<{ id: string }>('/replays', {});
    await eventually(() => api.request('GET', `/replays/${replay}`), {
      until: ({ body }) => (body as { state: string }).state === 'finished',
    });
    const { id: session } = (await new BrowserSession(service.url).signIn(key)).body as { id: string };
    const { id: portal } = await made<{ id: string }>('/portal-sessions', BODIES['createPortalSession']!);
    const ids = {
      replays: replay,
      sessions: session,
      'portal-sessions': portal,
      keys: key_,
      tenants: 'acme',
      subscriptions: subscription.id,
      deliveries: task,
      events: event,
    };
    return new World(database, service, api, receiver, ids, authorization);
  }

  async end(): Promise<void> {
    await this.service.stop();
    await this.receiver.close();
    await this.database.drop();
  }

  /** The path of an operation, with ids that exist. @throws for an unknown parameter */
  path({ id, path }: Operation, given: Readonly<Record<string, string>> = {}): string {
    return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const known: Record<string, string | undefined> = {
        id: this.ids[path.split('/')[1] ?? ''],
        subscription_id: this.ids['subscriptions'],
        task_id: this.ids['deliveries'],
        event_type: 'order.created',
      };
      const value = given[name] ?? known[name];
      if (value === undefined) throw new Error(`What is ${name} of ${id}? Add it to test/e2e/fuzz/world.ts`);
      return value;
    });
  }

  /** A valid body. @throws for an unknown operation */
  static body({ id }: Operation): Readonly<Record<string, unknown>> {
    const body = BODIES[id];
    if (body === undefined) throw new Error(`What is a body of ${id}? Add it to test/e2e/fuzz/world.ts`);
    return body;
  }
}
