import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { makeToken } from '../../src/access/keys/make-token.js';
import { clientOf, createKey, createTenant } from '../support/access.js';
import { ApiClient, type PageAnswer } from '../support/api-client.js';
import { documentedOperations } from '../support/documented-operations.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { openRaw } from '../support/raw-request.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface AuditAnswer {
  readonly id: string;
  readonly action: string;
  readonly target: string;
  readonly changed: readonly string[];
  readonly tenant_id: string | null;
  readonly actor: string;
  readonly key_id: string | null;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly created_at: string;
}

/** A change: what it is done to, and how. */
interface Deed {
  readonly action: string;
  readonly method: string;
  /** Makes what is needed, and says its id and the path of the call. Of what is created, the answer tells the id. */
  readonly prepare: () => Promise<{ target: string | null; path: string }>;
  readonly body?: object;
  /** Where more is set than what the body holds. */
  readonly changed?: readonly string[];
}

/** Whatever is set to this must not be found in the log. */
const VALUE = 'a-value-that-is-nobodys-business';
/** They change nothing that is kept for longer than an event. */
const NOT_AUDITED = ['publishToSubscription', 'publishToAll', 'testSubscription'];
const DAY_MS = 86_400_000;

describe('the audit log, with real PostgreSQL, Redis and receivers', () => {
  const bootstrapKey = makeToken();
  const bootstrapId = `key_${bootstrapKey.split('_')[1]!}`;
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let settings: Record<string, string>;
  const running: ServiceProcess[] = [];
  let admin: ApiClient;
  let url: string;
  let made = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    admin = await start('main');
  });

  afterAll(async () => {
    await Promise.all(running.map((service) => service.stop()));
    await receiver.close();
    await database.drop();
  });

  const start = async (entry: 'main' | 'main.api', more: Record<string, string> = {}): Promise<ApiClient> => {
    const service = await startService({ entry, settings: { ...settings, ...more } });
    running.push(service);
    url = service.url;
    return new ApiClient(service.url).as(bootstrapKey);
  };
  const read = (query = '', client = admin): Promise<PageAnswer<AuditAnswer>> =>
    client.expect<PageAnswer<AuditAnswer>>(200, 'GET', `/audit?limit=200${query}`);
  const count = async (): Promise<number> =>
    (await database.query<{ count: number }>('select count(*)::int as count from audit_log'))[0]!.count;
  /** What was written while something was done. */
  const writtenBy = async (act: () => Promise<unknown>): Promise<AuditAnswer[]> => {
    const known = new Set((await read()).data.map(({ id }) => id));
    await act();
    return (await read()).data.filter(({ id }) => !known.has(id));
  };

  const subscription = async (input: object = {}): Promise<string> => {
    const target = { target_url: receiver.url(`/hook-${(made += 1)}`) };
    return (await admin.createSubscription(aSubscription({ ...target, ...input }))).id;
  };
  const onSubscription =
    (suffix = '') =>
    async () => {
      const target = await subscription();
      return { target, path: `/subscriptions/${target}${suffix}` };
    };
  const onDelivery = (what: 'retry' | 'cancel') => async () => {
    const id = await subscription(what === 'cancel' ? { state: 'paused' } : {});
    const { task_id: target } = await admin.publish(id, { n: 1 });
    if (what === 'retry') await admin.untilFinal(target);
    return { target, path: `/deliveries/${target}/${what}` };
  };
  const onKey =
    (suffix = '') =>
    async () => {
      const { id: target } = await createKey(admin, { role: 'reader', tenant_id: 'default' });
      return { target, path: `/keys/${target}${suffix}` };
    };
  const onTenant = async () => {
    const target = `tenant-${(made += 1)}`;
    await createTenant(admin, target);
    return { target, path: `/tenants/${target}` };
  };
  const on = (path: string) => () => Promise.resolve({ target: null, path });

  const DEEDS: Readonly<Record<string, Deed>> = {
    createSubscription: {
      action: 'subscription.created',
      method: 'POST',
      prepare: on('/subscriptions'),
      body: aSubscription({ description: VALUE, secret: VALUE, headers: { 'X-Api-Key': VALUE } }),
    },
    replaceSubscription: {
      action: 'subscription.changed',
      method: 'PUT',
      prepare: onSubscription(),
      body: aSubscription({ description: VALUE }),
      changed: ['auth', 'description', 'event_types', 'headers', 'shown_headers', 'target_url'],
    },
    patchSubscription: {
      action: 'subscription.changed',
      method: 'PATCH',
      prepare: onSubscription(),
      body: { metadata: { note: VALUE }, auth: { type: 'bearer', token: VALUE } },
    },
    deleteSubscription: { action: 'subscription.deleted', method: 'DELETE', prepare: onSubscription() },
    rotateSubscriptionSecret: {
      action: 'subscription.secret_rotated',
      method: 'POST',
      prepare: onSubscription('/rotate-secret'),
      body: { secret: VALUE, overlap: 60 },
    },
    getSubscriptionSecret: { action: 'subscription.secret_read', method: 'GET', prepare: onSubscription('/secret') },
    retryDelivery: { action: 'delivery.retried', method: 'POST', prepare: onDelivery('retry') },
    cancelDelivery: { action: 'delivery.cancelled', method: 'POST', prepare: onDelivery('cancel') },
    createKey: {
      action: 'key.created',
      method: 'POST',
      prepare: on('/keys'),
      body: { role: 'reader', tenant_id: 'default', name: VALUE },
    },
    rotateKey: { action: 'key.rotated', method: 'POST', prepare: onKey('/rotate'), body: { overlap: 60 } },
    revokeKey: { action: 'key.revoked', method: 'DELETE', prepare: onKey() },
    createTenant: {
      action: 'tenant.created',
      method: 'POST',
      prepare: on('/tenants'),
      body: { id: 'made-for-the-audit', name: VALUE },
    },
    patchTenant: {
      action: 'tenant.changed',
      method: 'PATCH',
      prepare: onTenant,
      body: { name: VALUE, limits: { subscriptions: 7 } },
    },
    deleteTenant: { action: 'tenant.deleted', method: 'DELETE', prepare: onTenant },
  };
  const changing = documentedOperations().filter(
    ({ method, operationId }) =>
      (method !== 'GET' || operationId === 'getSubscriptionSecret') && !NOT_AUDITED.includes(operationId),
  );

  it.each(changing.map(({ operationId }) => operationId))('holds one entry of each %s, and no value', async (name) => {
    const deed = DEEDS[name];
    if (deed === undefined) throw new Error(`Nobody has said yet what the audit log holds of ${name}`);
    const { action, method, prepare, body } = deed;
    const { target, path } = await prepare();
    const requestId = `audited-${name}`;
    let createdId: string | null = null;

    const written = await writtenBy(async () => {
      const answer = await admin.request(method, path, {
        ...(body && { body }),
        headers: { 'x-request-id': requestId },
      });
      expect(answer.status).toBeLessThan(300);
      createdId = (answer.body as { id?: string }).id ?? null;
    });

    expect(written).toMatchObject([
      { action, target: target ?? createdId, actor: 'key', key_id: bootstrapId, address: '127.0.0.1', request_id: requestId }, // prettier-ignore
    ]);
    const [entry] = written;
    expect([...entry!.changed].sort()).toEqual(deed.changed ?? Object.keys(body ?? {}).sort());
    expect(JSON.stringify(entry)).not.toContain(VALUE);
    expect(Math.abs(Date.parse(entry!.created_at) - Date.now())).toBeLessThan(60_000);
    const stored = await database.query<{ row: string }>('select a::text as row from audit_log a');
    expect(JSON.stringify(stored)).not.toContain(VALUE);
  });

  it('holds nothing of what failed', async () => {
    const { key } = await createKey(admin, { role: 'reader', tenant_id: 'default' });
    const reader = admin.as(key);
    const id = await subscription({ state: 'paused' });
    const { task_id: delivery } = await admin.publish(id, { n: 1 });
    const unknown = id.replace(/.$/, id.endsWith('0') ? '1' : '0');
    const before = await count();

    const failures: [ApiClient, string, string, object | undefined, number][] = [
      [admin, 'POST', '/subscriptions', { target_url: 'nowhere' }, 422],
      [admin, 'PATCH', `/subscriptions/${id}`, { timeout: -1 }, 422],
      [admin, 'PATCH', `/subscriptions/${id}`, { signature_scheme: 'v1a' }, 422],
      [admin, 'PATCH', `/subscriptions/${unknown}`, { description: 'x' }, 404],
      [admin, 'DELETE', `/subscriptions/${unknown}`, undefined, 404],
      [admin, 'GET', `/subscriptions/${unknown}/secret`, undefined, 404],
      [admin, 'POST', `/subscriptions/${id}/rotate-secret`, { secret: 'x' }, 422],
      [admin, 'POST', `/deliveries/${delivery}/retry`, undefined, 409],
      [admin, 'DELETE', `/keys/${bootstrapId}`, undefined, 409],
      [admin, 'POST', '/keys', { role: 'reader', tenant_id: 'nobody' }, 404],
      [admin, 'POST', '/tenants', { id: 'default' }, 409],
      [admin, 'DELETE', '/tenants/default', undefined, 409],
      [admin, 'PATCH', '/tenants/default', { limits: { burst: 1 } }, 422],
      [reader, 'DELETE', `/subscriptions/${id}`, undefined, 403],
      [reader, 'GET', `/subscriptions/${id}/secret`, undefined, 403],
      [admin.as(makeToken()), 'DELETE', `/subscriptions/${id}`, undefined, 401],
    ];
    for (const [client, method, path, body, status] of failures) {
      expect(await client.request(method, path, body && { body })).toMatchObject({ status });
    }

    expect(await count()).toBe(before);
  });

  it('says from where a change came also when its sender is gone before it is made', async () => {
    const id = await subscription();
    const lock = new Client({ connectionString: database.url });
    await lock.connect();
    await lock.query('begin');
    await lock.query('select 1 from subscriptions for update');
    const { socket } = await openRaw(url);
    socket.write(`DELETE /subscriptions/${id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${bootstrapKey}\r\n\r\n`);
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(() => database.query(waiting), { until: (rows) => rows.length > 0 });

    socket.resetAndDestroy();
    // Whoever is answered now came after the reset, of which the service has heard, too.
    await admin.request('GET', '/health/live');
    await lock.query('commit');
    await lock.end();

    const { data } = await eventually(() => read(`&target=${id}&action=subscription.deleted`), {
      until: (page) => page.data.length > 0,
    });
    expect(data).toMatchObject([{ address: '127.0.0.1' }]);
  });

  it('holds one entry of what is asked for five times at once', async () => {
    const { id } = await createKey(admin, { role: 'reader', tenant_id: 'default' });

    const written = await writtenBy(() =>
      Promise.all(Array.from({ length: 5 }, () => admin.request('DELETE', `/keys/${id}`))),
    );

    expect(written).toMatchObject([{ action: 'key.revoked', target: id }]);
  });

  it('says that the service itself disabled the subscription of a receiver that is gone, once', async () => {
    const path = `/gone-${(made += 1)}`;
    receiver.script(path, respond(410));
    const id = await subscription({ target_url: receiver.url(path), state: 'paused' });
    await Promise.all(Array.from({ length: 5 }, () => admin.publish(id, { n: 1 })));
    await admin.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'active' } });
    // Some are answered 410, too; the others wait until somebody revives the subscription.
    await eventually(() => admin.getSubscription(id), { until: ({ state }) => state === 'disabled' });
    await eventually(() => admin.deliveriesOf(id, { status: 'in_flight' }), { until: ({ data }) => data.length === 0 });

    const ofSubscription = await read(`&target=${id}&action=subscription.disabled`);

    expect(ofSubscription.data).toMatchObject([
      { actor: 'service', key_id: null, address: null, request_id: null, tenant_id: 'default', changed: ['state'] },
    ]);
  });

  it('names the tenant of what was changed, and shows an admin of one its own entries only', async () => {
    await createTenant(admin, 'audited');
    await createTenant(admin, 'unseen');
    const bound = await clientOf(admin, 'audited', 'admin');
    const other = await clientOf(admin, 'unseen', 'admin');
    const { id } = await bound.createSubscription(aSubscription());
    const { id: hidden } = await other.createSubscription(aSubscription());
    await admin.expect(200, 'PATCH', '/tenants/audited', { body: { name: 'by another' } });

    const { data } = await read('', bound);

    expect(data.map(({ action, target }) => [action, target])).toEqual([
      ['tenant.changed', 'audited'],
      ['subscription.created', id],
      ['key.created', expect.stringMatching(/^key_/) as string],
      ['tenant.created', 'audited'],
    ]);
    expect(new Set(data.map(({ tenant_id: tenant }) => tenant))).toEqual(new Set(['audited']));
    expect((await read(`&target=${hidden}`, bound)).data).toEqual([]);
    expect((await read(`&key_id=${bootstrapId}`, bound)).data.map(({ action }) => action)).not.toContain('subscription.created'); // prettier-ignore
    const asAudited = admin.as(bootstrapKey, { 'x-tenant': 'audited' });
    expect(await read('', asAudited)).toEqual(await read('', bound));
    for (const target of [id, hidden]) expect((await read(`&target=${target}`)).data).toHaveLength(1);
  });

  it('can be filtered, and read page by page', async () => {
    const { id: keyId, key } = await createKey(admin, { role: 'manager', tenant_id: 'default' });
    const manager = admin.as(key);
    const targets: string[] = [];
    for (let n = 0; n < 3; n += 1) targets.push((await manager.createSubscription(aSubscription())).id);
    const { data: mine } = await read(`&key_id=${keyId}`);

    expect(mine.map(({ target }) => target)).toEqual([...targets].reverse());
    const [newest, middle] = mine;
    expect((await read(`&key_id=${keyId}&since=${newest!.created_at}`)).data).toContainEqual(newest);
    expect((await read(`&key_id=${keyId}&until=${middle!.created_at}`)).data).not.toContainEqual(middle);
    expect((await read(`&key_id=${keyId}&action=key.created`)).data).toEqual([]);
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
  ])('can not be changed, not even by SQL: %s', async (statement) => {
    const before = await count();

    await expect(database.query(statement)).rejects.toThrow('append-only');

    expect(await count()).toBe(before);
  });

  it('loses nothing out of its middle, and nothing young, also to a session that may take out what is old', async () => {
    const old = ['1', '2', '3'].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
    for (const id of old) {
      await database.query(
        `insert into audit_log (id, actor, action, target, created_at) values ($1, 'service', 'key.created', 'old', now())`,
        [id],
      );
    }
    // In one message, so in one transaction.
    const remove = (which: string) =>
      database.query(`set local webhooks.audit_retention = 'on'; delete from audit_log where ${which}`);
    const before = await count();

    await expect(remove(`id = '${old[1]!}'`)).rejects.toThrow('oldest entries go first');
    await expect(remove(`id in ('${old[0]!}', '${old[2]!}')`)).rejects.toThrow('oldest entries go first');
    await expect(remove('true')).rejects.toThrow('too young');
    expect(await count()).toBe(before);
    await remove(`id <= '${old[2]!}'`);
    expect(await count()).toBe(before - 3);
  });

  it('names the client behind trusted proxies, and believes nobody else who it is', async () => {
    const behindProxy = await start('main.api', { TRUSTED_PROXIES: '127.0.0.0/8,10.0.0.0/8' });
    const addressFor = async (client: ApiClient, forwardedFor: string): Promise<string | null> => {
      const written = await writtenBy(() =>
        client.request('POST', '/subscriptions', {
          body: aSubscription(),
          headers: { 'x-forwarded-for': forwardedFor },
        }),
      );
      return written[0]!.address;
    };

    expect(await addressFor(admin, '203.0.113.7')).toBe('127.0.0.1');
    expect(await addressFor(behindProxy, '203.0.113.7')).toBe('203.0.113.7');
    expect(await addressFor(behindProxy, '198.51.100.1, 203.0.113.7, 10.1.2.3')).toBe('203.0.113.7');
    expect(await addressFor(behindProxy, '2001:db8::7')).toBe('2001:db8::7');
    // What a proxy passes on need not be an address.
    for (const nonsense of ['x'.repeat(5000), 'unknown', '203.0.113.7:1234', `fe80::1%${'x'.repeat(5000)}`]) {
      expect(await addressFor(behindProxy, nonsense)).toBe('127.0.0.1');
    }
  });

  it('loses entries whose time is over, and no others', async () => {
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
    const before = await count();
    const kept = await insertAged(DAY_MS - 3_600_000);
    await insertAged(DAY_MS + 3_600_000);
    await insertAged(400 * DAY_MS);
    // More than go in one transaction.
    await database.query(
      `insert into audit_log (id, actor, action, target, created_at)
       select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'service', 'key.created', 'aged', now()
       from generate_series(1, 12000) n`,
    );
    const aged = () => database.query<{ id: string }>(`select id from audit_log where target = 'aged'`);
    expect(await aged()).toHaveLength(12_003);

    await start('main.api', { AUDIT_RETENTION_DAYS: '1' });

    expect(await eventually(aged, { until: ({ length }) => length < 2 })).toEqual([{ id: kept }]);
    expect(await count()).toBe(before + 1);
  });
});
