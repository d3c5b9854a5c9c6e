import { ApiClient, type DeliveryWithAttemptsAnswer, type ProblemAnswer } from '../support/api-client.js';
import { destinationOf, destinationsOf, TELLS_DESTINATIONS } from '../support/destinations.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { type Names, NameServer } from '../support/name-server.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { ALLOWED_HOSTS, BLOCKED_HOSTS, BLOCKED_URLS } from '../support/target-addresses.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Names of blocked addresses, by what they resolve to. */
const NAMES_OF_BLOCKED: Names = {
  'loopback.example.com': { addresses: ['127.0.0.1'] },
  'loopback-6.example.com': { addresses: ['::1'] },
  'mapped.example.com': { addresses: ['::ffff:127.0.0.1'] },
  'private.example.com': { addresses: ['10.0.0.1'] },
  'unique-local.example.com': { addresses: ['fd00:ec2::254'] },
  'metadata.example.com': { addresses: ['169.254.169.254'] },
  'mixed.example.com': { addresses: ['1.1.1.1', '10.0.0.1'] },
  'mixed-6.example.com': { addresses: ['1.1.1.1', '2606:4700::1111', '::1'] },
};
const BLOCKED = [
  ...[...BLOCKED_HOSTS, ...Object.keys(NAMES_OF_BLOCKED)].map((host) => `http://${host}/`),
  ...BLOCKED_URLS,
];
const TURNING = 'turning.example.com';
const NAMES: Names = { ...NAMES_OF_BLOCKED, [TURNING]: { addresses: ['1.1.1.1'] } };

describe('target addresses, with only public ones allowed', () => {
  const counts = { create: 0, put: 0, patch: 0, test: 0, connect: 0, allowed: 0 };
  let nameServer: NameServer;
  let database: TestDatabase;
  let service: ServiceProcess;
  let api: ApiClient;
  let id: string;
  let subscriptions = 0;

  beforeAll(async () => {
    nameServer = await NameServer.start(NAMES);
    database = await createTestDatabase();
    service = await startService({
      entry: 'main',
      settings: fastSettings(database, { ...PATIENT, ALLOWED_TARGET_CIDRS: '', DNS_SERVERS: nameServer.address }),
      preloads: [TELLS_DESTINATIONS],
    });
    api = new ApiClient(service.url);
    ({ id } = await api.createSubscription(aSubscription()));
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
    await nameServer.close();
    // oxlint-disable-next-line no-console
    console.log(
      `target addresses: ${BLOCKED.length} blocked, refused at create ${counts.create}, put ${counts.put}, ` +
        `patch ${counts.patch}, test ${counts.test}, connect ${counts.connect}; ${counts.allowed} allowed`,
    );
  });

  const refusal = async (method: string, path: string, body?: object): Promise<boolean> => {
    const answer = await api.request(method, path, body && { body });
    const { errors } = answer.body as ProblemAnswer;
    expect([answer.status, errors?.map(({ pointer }) => pointer)]).toEqual([422, ['/target_url']]);
    return true;
  };

  const deliverTo = async (subscriptionId: string): Promise<DeliveryWithAttemptsAnswer> =>
    api.untilFinal((await api.publish(subscriptionId, { order: 42 })).task_id);

  /** A subscription whose target was never checked. */
  const subscribedTo = async (url: string): Promise<string> => {
    const judged = `https://1.1.1.1/${(subscriptions += 1)}`;
    const created = await api.createSubscription(aSubscription({ target_url: judged }));
    await database.query('update subscriptions set target_url = $2 where target_url = $1', [judged, url]);
    return created.id;
  };

  /** Apart from the name server, the service connects only to PostgreSQL and Redis. */
  const expectNothingOnTheWire = (): void => {
    const { DATABASE_URL: postgres = '', REDIS_URL: redis = '' } = fastSettings(database);
    expect(destinationsOf(service)).toEqual(new Set([postgres, redis].map(destinationOf)));
  };

  it.each(BLOCKED)('are refused when they are set: %s', async (url) => {
    counts.create += Number(await refusal('POST', '/subscriptions', aSubscription({ target_url: url })));
    counts.put += Number(await refusal('PUT', `/subscriptions/${id}`, aSubscription({ target_url: url })));
    counts.patch += Number(await refusal('PATCH', `/subscriptions/${id}`, { target_url: url }));
    expect(await api.getSubscription(id)).toMatchObject({ target_url: aSubscription().target_url });
  });

  it('are refused when they are tested, and at connect if they were stored nevertheless', async () => {
    const urls = BLOCKED.values();
    const judge = async (): Promise<void> => {
      for (const url of urls) {
        // Normalized, because answers must hold valid URLs.
        const subscriptionId = await subscribedTo(new URL(url).href);
        const isRefused = await refusal('POST', `/subscriptions/${subscriptionId}/test`);
        counts.test += Number(isRefused);
        const delivery = await deliverTo(subscriptionId);
        expect([url, delivery.status, delivery.last_error?.code]).toEqual([url, 'failed', 'blocked_address']);
        expect(delivery.attempts).toHaveLength(1);
        counts.connect += 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, judge));
    expectNothingOnTheWire();
  });

  it('are refused at connect when a name has turned to a blocked address since it was set', async () => {
    const turning = await api.createSubscription(aSubscription({ target_url: `http://${TURNING}/` }));
    nameServer.names = { ...NAMES, [TURNING]: { addresses: ['127.0.0.1'] } };

    const delivery = await deliverTo(turning.id);

    expect(delivery).toMatchObject({ status: 'failed', last_error: { code: 'blocked_address' } });
    // What names resolve to here is for operators only.
    const set = await api.request('POST', '/subscriptions', {
      body: aSubscription({ target_url: `http://${TURNING}/` }),
    });
    for (const told of [delivery.last_error?.message, (set.body as ProblemAnswer).detail]) {
      expect(told).toContain(`${TURNING}, which has a blocked address (loopback)`);
    }
    expect(JSON.stringify(delivery) + set.text).not.toContain('127.0.0.1');
    const lines = await eventually(() => service.logs.filter(({ msg, host }) => msg === 'target.blocked' && host === TURNING), { until: ({ length }) => length > 0 }); // prettier-ignore
    expect(lines[0]).toMatchObject({ address: '127.0.0.1', rule: 'loopback' });
    expectNothingOnTheWire();
  });

  it.each(ALLOWED_HOSTS)('are allowed at https://%s/, and setting them makes no connection', async (host) => {
    await api.createSubscription(aSubscription({ target_url: `https://${host}/` }));
    expectNothingOnTheWire();
    counts.allowed += 1;
  });
});
