import { randomBytes } from 'node:crypto';
import { clientOf, createKey, createTenant } from '../support/access.js';
import type { ApiClient, PageAnswer } from '../support/api-client.js';
import { type AuditAnswer, AuditedService } from '../support/audited-service.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import type { TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;

describe('the stored audit log, with real PostgreSQL and Redis', () => {
  let audited: AuditedService;
  let database: TestDatabase;
  let admin: ApiClient;

  beforeAll(async () => {
    audited = await AuditedService.start();
    ({ database, admin } = audited);
  });

  afterAll(() => audited.stop());

  it('names the tenant of each change, and shows an admin of one tenant only its own entries', async () => {
    await createTenant(admin, 'audited');
    await createTenant(admin, 'unseen');
    const bound = await clientOf(admin, 'audited', 'admin');
    const other = await clientOf(admin, 'unseen', 'admin');
    const { id } = await bound.createSubscription(aSubscription());
    const { id: hidden } = await other.createSubscription(aSubscription());
    await admin.expect(200, 'PATCH', '/tenants/audited', { body: { name: 'by another' } });

    const { data } = await audited.read('', bound);

    expect(data.map(({ action, target }) => [action, target])).toEqual([
      ['tenant.changed', 'audited'],
      ['subscription.created', id],
      ['key.created', expect.stringMatching(/^key_/) as string],
      ['tenant.created', 'audited'],
    ]);
    expect(new Set(data.map(({ tenant_id: tenant }) => tenant))).toEqual(new Set(['audited']));
    expect((await audited.read(`&target=${hidden}`, bound)).data).toEqual([]);
    expect((await audited.read(`&key_id=${audited.bootstrapId}`, bound)).data.map(({ action }) => action)).not.toContain('subscription.created'); // prettier-ignore
    const asAudited = admin.as(audited.bootstrapKey, { 'x-tenant': 'audited' });
    expect(await audited.read('', asAudited)).toEqual(await audited.read('', bound));
    for (const target of [id, hidden]) expect((await audited.read(`&target=${target}`)).data).toHaveLength(1);
  });

  it('can be filtered, and read page by page', async () => {
    const { id: keyId, key } = await createKey(admin, { role: 'manager', tenant_id: 'default' });
    const manager = admin.as(key);
    const targets: string[] = [];
    for (let n = 0; n < 3; n += 1) targets.push((await manager.createSubscription(aSubscription())).id);
    const { data: mine } = await audited.read(`&key_id=${keyId}`);

    expect(mine.map(({ target }) => target)).toEqual([...targets].reverse());
    const [newest, middle] = mine;
    expect((await audited.read(`&key_id=${keyId}&since=${newest!.created_at}`)).data).toContainEqual(newest);
    expect((await audited.read(`&key_id=${keyId}&until=${middle!.created_at}`)).data).not.toContainEqual(middle);
    expect((await audited.read(`&key_id=${keyId}&action=key.created`)).data).toEqual([]);
    const seen: string[] = [];
    let path = `/audit?key_id=${keyId}&limit=2`;
    while (path !== '') {
      const answer = await admin.request('GET', path);
      const page = answer.body as PageAnswer<AuditAnswer>;
      seen.push(...page.data.map(({ id }) => id));
      path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1] ?? '';
      expect(path !== '').toBe(page.has_more);
    }
    expect(seen).toEqual(mine.map(({ id }) => id));
  });

  it.each([
    ['action=unheard.of', 422],
    ['key_id=nobody', 400],
    ['cursor=elsewhere', 400],
    ['since=yesterday', 422],
    ['since=2026-W01-1', 422],
    ['until=2026-001', 422],
    ['until=2026-01-31T24:00:00Z', 422],
    ['until=2026-02-30', 422],
    ['limit=0', 422],
  ])('answers %s with %i', async (query, status) => {
    expect(await admin.request('GET', `/audit?${query}`)).toMatchObject({ status });
  });

  it.each([
    'update audit_log set target = target',
    'delete from audit_log',
    'delete from audit_log where false',
    'truncate audit_log',
  ])('cannot be changed, not even by SQL: %s', async (statement) => {
    const before = await audited.count();

    await expect(database.query(statement)).rejects.toThrow('append-only');

    expect(await audited.count()).toBe(before);
  });

  it('loses neither entries from its middle nor recent ones, even in a session that may remove old ones', async () => {
    const old = ['1', '2', '3'].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
    for (const id of old) {
      await database.query(
        `insert into audit_log (id, actor, action, target, created_at) values ($1, 'service', 'key.created', 'old', now())`,
        [id],
      );
    }
    // One message, and so one transaction.
    const remove = (which: string) =>
      database.query(`set local webhooks.audit_retention = 'on'; delete from audit_log where ${which}`);
    const before = await audited.count();

    await expect(remove(`id = '${old[1]!}'`)).rejects.toThrow('oldest entries go first');
    await expect(remove(`id in ('${old[0]!}', '${old[2]!}')`)).rejects.toThrow('oldest entries go first');
    await expect(remove('true')).rejects.toThrow('too young');
    expect(await audited.count()).toBe(before);
    await remove(`id <= '${old[2]!}'`);
    expect(await audited.count()).toBe(before - 3);
  });

  it('loses expired entries, and no others', async () => {
    const insertAged = async (ageMs: number): Promise<string> => {
      const time = Math.floor(Date.now() - ageMs)
        .toString(16)
        .padStart(12, '0');
      const id = `${time.slice(0, 8)}-${time.slice(8)}-7${randomBytes(2).toString('hex').slice(1)}-8000-${randomBytes(6).toString('hex')}`; // prettier-ignore
      await database.query(
        `insert into audit_log (id, actor, action, target, created_at) values ($1, 'service', 'key.created', 'aged', to_timestamp($2))`,
        [id, (Date.now() - ageMs) / 1000],
      );
      return id;
    };
    const before = await audited.count();
    const kept = await insertAged(DAY_MS - 3_600_000);
    await insertAged(DAY_MS + 3_600_000);
    await insertAged(400 * DAY_MS);
    // More than one transaction removes.
    await database.query(
      `insert into audit_log (id, actor, action, target, created_at)
       select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'service', 'key.created', 'aged', now()
       from generate_series(1, 12000) n`,
    );
    const aged = () => database.query<{ id: string }>(`select id from audit_log where target = 'aged'`);
    expect(await aged()).toHaveLength(12_003);

    await audited.startAnother('main.api', { AUDIT_RETENTION_DAYS: '1' });

    expect(await eventually(aged, { until: ({ length }) => length < 2 })).toEqual([{ id: kept }]);
    expect(await audited.count()).toBe(before + 1);
  });
});
