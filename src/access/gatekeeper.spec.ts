import { eventually } from '../../test/support/eventually.js';
import { fastify, type FastifyInstance } from 'fastify';
import { type Settings } from '../shared/config/settings.js';
import { Metrics } from '../shared/metrics/metrics.js';
import type { Identity } from './caller.js';
import { Gatekeeper } from './gatekeeper.js';
import type { Identities } from './identities.js';
import type { PublishQuota } from './quota/publish-quota.js';
import type { TenantDirectory } from './tenants/tenant-directory.js';

/** More requests than may wait at once. */
const MANY = 2000;

describe('the gatekeeper', () => {
  const identified: ((identity: Identity) => void)[] = [];
  const uses: boolean[] = [];
  let server: FastifyInstance;

  beforeEach(async () => {
    identified.splice(0);
    uses.splice(0);
    const identify = (_: unknown, isUse: boolean): Promise<Identity> => {
      uses.push(isUse);
      return new Promise((resolve) => identified.push(resolve));
    };
    const identities = { identify };
    const tenants = { find: (id: string) => ({ id, limits: {} }) };
    server = fastify();
    new Gatekeeper(
      identities as unknown as Identities,
      tenants as unknown as TenantDirectory,
      {} as PublishQuota,
      new Metrics(),
      { apiAccess: 'keys' } as Settings,
    ).install(server);
    server.get('/things', { config: { permission: 'read' } }, ({ caller }) => caller?.address);
    await server.ready();
  });
  afterEach(() => server.close());

  const askFrom = (remoteAddress: string, headers: Record<string, string> = {}) =>
    server.inject({ url: '/things', remoteAddress, headers });

  it('admits other addresses while one address has many requests waiting', async () => {
    const many = Array.from({ length: MANY }, () => askFrom('203.0.113.7'));
    const other = askFrom('203.0.113.8');
    await eventually(() => identified, { until: ({ length }) => length > MANY });
    for (const resolve of identified) resolve({ keyId: null, role: 'admin', tenantId: null });

    expect(await other).toMatchObject({ statusCode: 200, body: '203.0.113.8' });
    const refused = (await Promise.all(many)).filter(({ statusCode }) => statusCode !== 200);
    expect(refused).toHaveLength(MANY - 500);
    expect(refused[0]!.json()).toMatchObject({ code: 'overloaded' });
  });

  it('admits an address again when its requests no longer wait', async () => {
    for (let round = 0; round < 3; round += 1) {
      const asked = Array.from({ length: 400 }, () => askFrom('203.0.113.7'));
      await eventually(() => identified, { until: ({ length }) => length === asked.length });
      for (const resolve of identified.splice(0)) resolve({ keyId: null, role: 'admin', tenantId: null });
      const statuses = (await Promise.all(asked)).map(({ statusCode }) => statusCode);
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
  });

  it('does not count a request as use of its session if nobody touches the page that it comes from', async () => {
    const asked = [askFrom('203.0.113.7'), askFrom('203.0.113.7', { 'x-idle': 'true' })];
    await eventually(() => identified, { until: ({ length }) => length === asked.length });
    for (const resolve of identified) resolve({ keyId: null, role: 'admin', tenantId: null });
    await Promise.all(asked);

    expect(uses).toEqual([true, false]);
  });
});
