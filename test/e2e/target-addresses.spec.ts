import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { ALLOWED_HOSTS, BLOCKED_HOSTS, BLOCKED_URLS } from '../support/target-addresses.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const BLOCKED = [...BLOCKED_HOSTS.map((host) => `http://${host}/`), ...BLOCKED_URLS];

describe('target addresses, with nothing allowed but what is public', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let api: ApiClient;
  let id: string;
  const counts = { create: 0, put: 0, patch: 0, test: 0, connect: 0, allowed: 0 };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ entry: 'main', settings: fastSettings(database, { ALLOWED_TARGET_CIDRS: '' }) });
    api = new ApiClient(service.url);
    ({ id } = await api.createSubscription(aSubscription()));
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
    // eslint-disable-next-line no-console
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

  it.each(BLOCKED)('refuses %s when it is set', async (url) => {
    counts.create += Number(await refusal('POST', '/subscriptions', aSubscription({ target_url: url })));
    counts.put += Number(await refusal('PUT', `/subscriptions/${id}`, aSubscription({ target_url: url })));
    counts.patch += Number(await refusal('PATCH', `/subscriptions/${id}`, { target_url: url }));
    expect(await api.getSubscription(id)).toMatchObject({ target_url: aSubscription().target_url });
  });

  it('refuses each of them when it is tested, and when a connection is to be made, should it have got there', async () => {
    // As URLs that can be stored: what is no URL at all never gets so far.
    const urls = BLOCKED.map((url) => URL.parse(url)?.href).filter((url) => url !== undefined);
    for (const url of urls) {
      const created = await api.createSubscription(aSubscription());
      const put = `update subscriptions set target_url = $1 where created_at = (select max(created_at) from subscriptions)`;
      await database.query(put, [url]);
      counts.test += Number(await refusal('POST', `/subscriptions/${created.id}/test`));
      const { task_id: taskId } = await api.publish(created.id, { order: 42 });
      const delivery = await api.untilFinal(taskId);
      expect([url, delivery.status, delivery.last_error?.code]).toEqual([url, 'failed', 'blocked_address']);
      expect(delivery.attempts).toHaveLength(1);
      counts.connect += 1;
    }
    expect(counts.connect).toBe(urls.length);
  }, 60_000);

  it.each(ALLOWED_HOSTS)('allows https://%s/', async (host) => {
    await api.createSubscription(aSubscription({ target_url: `https://${host}/` }));
    counts.allowed += 1;
  });
});
