import { Client } from 'pg';
import { makeToken } from '../support/make-token.js';
import { createKey, createTenant } from '../support/access.js';
import type { ApiClient } from '../support/api-client.js';
import { AuditedService } from '../support/audited-service.js';
import { BrowserSession } from '../support/browser-session.js';
import { documentedOperations } from '../support/documented-operations.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { openRaw } from '../support/raw-request.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import type { TestDatabase } from '../support/test-database.js';

/** A change: its target, and how it is made. */
interface Deed {
  readonly action: string;
  readonly method: string;
  /** Makes what the call needs; gives its id and the path. The answer tells the id of what the call creates. */
  readonly prepare: () => Promise<{ target: string | null; path: string }>;
  readonly body?: object;
  /** The changed fields, where the call sets more than its body holds. */
  readonly changed?: readonly string[];
}

/** The log must never hold this value. */
const VALUE = 'a-value-that-is-nobodys-business';
/** They change nothing that is kept longer than an event, or are called without a key (`sessions.spec.ts`). */
const NOT_AUDITED = ['publishToSubscription', 'publishToAll', 'testSubscription', 'endSession'];

const PORTAL = { tenant_id: 'default', capabilities: ['deliveries:read'], return_url: 'https://app.example.com/' };

describe('the audit log, with real PostgreSQL, Redis and receivers', () => {
  let audited: AuditedService;
  let database: TestDatabase;
  let admin: ApiClient;
  let receiver: ScriptedReceiver;
  let made = 0;

  beforeAll(async () => {
    audited = await AuditedService.start();
    ({ database, admin } = audited);
    receiver = await ScriptedReceiver.start();
  });

  afterAll(async () => {
    await audited.stop();
    await receiver.close();
  });

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
  /** A replay that waits, because its subscription is paused. */
  const onReplay = async () => {
    const id = await subscription({ state: 'paused' });
    const { task_id: delivery } = await admin.publish(id, { n: 1 });
    await admin.expect(200, 'POST', `/deliveries/${delivery}/cancel`);
    const body = { subscription_id: id, statuses: ['cancelled'] };
    const { id: target } = await admin.expect<{ id: string }>(202, 'POST', '/replays', { body });
    return { target, path: `/replays/${target}` };
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
  const onSession = async () => {
    const { body } = await new BrowserSession(audited.url).signIn(audited.bootstrapKey);
    const { id: target } = body as { id: string };
    return { target, path: `/sessions/${target}` };
  };
  const onPortalSession = async () => {
    const { id: target } = await admin.expect<{ id: string }>(201, 'POST', '/portal-sessions', { body: PORTAL });
    return { target, path: `/portal-sessions/${target}` };
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
    checkSubscription: { action: 'subscription.checked', method: 'POST', prepare: onSubscription('/check') },
    retryDelivery: { action: 'delivery.retried', method: 'POST', prepare: onDelivery('retry') },
    cancelDelivery: { action: 'delivery.cancelled', method: 'POST', prepare: onDelivery('cancel') },
    createReplay: {
      action: 'replay.created',
      method: 'POST',
      prepare: on('/replays'),
      body: { event_type: 'never.published', rate: 1 },
    },
    patchReplay: { action: 'replay.changed', method: 'PATCH', prepare: onReplay, body: { state: 'paused', rate: 2 } },
    cancelReplay: { action: 'replay.cancelled', method: 'DELETE', prepare: onReplay },
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
    revokeSession: { action: 'session.revoked', method: 'DELETE', prepare: onSession },
    createPortalSession: {
      action: 'portal_session.created',
      method: 'POST',
      prepare: on('/portal-sessions'),
      body: { ...PORTAL, actor: VALUE, theme: { primary: '#0f766e' } },
    },
    revokePortalSession: { action: 'portal_session.revoked', method: 'DELETE', prepare: onPortalSession },
    revokeAllPortalSessions: {
      action: 'portal_session.all_revoked',
      method: 'DELETE',
      prepare: () => Promise.resolve({ target: 'default', path: '/portal-sessions?tenant_id=default' }),
    },
  };
  const changing = documentedOperations().filter(
    ({ method, operationId }) =>
      (method !== 'GET' || operationId === 'getSubscriptionSecret') && !NOT_AUDITED.includes(operationId),
  );

  it.each(changing.map(({ operationId }) => operationId))('holds one entry for each %s, and no value', async (name) => {
    const deed = DEEDS[name];
    if (deed === undefined) throw new Error(`Say in DEEDS what the audit log holds of ${name}`);
    const { action, method, prepare, body } = deed;
    const { target, path } = await prepare();
    const requestId = `audited-${name}`;
    let createdId: string | null = null;

    const written = await audited.writtenBy(async () => {
      const answer = await admin.request(method, path, {
        ...(body && { body }),
        headers: { 'x-request-id': requestId },
      });
      expect(answer.status).toBeLessThan(300);
      createdId = (answer.body as { id?: string }).id ?? null;
    });

    expect(written).toMatchObject([
      { action, target: target ?? createdId, actor: 'key', key_id: audited.bootstrapId, address: '127.0.0.1', request_id: requestId }, // prettier-ignore
    ]);
    const [entry] = written;
    expect([...entry!.changed].sort()).toEqual(deed.changed ?? Object.keys(body ?? {}).sort());
    expect(JSON.stringify(entry)).not.toContain(VALUE);
    expect(Math.abs(Date.parse(entry!.created_at) - Date.now())).toBeLessThan(60_000);
    const stored = await database.query<{ row: string }>('select a::text as row from audit_log a');
    expect(JSON.stringify(stored)).not.toContain(VALUE);
  });

  it('holds nothing about failed calls', async () => {
    const { key } = await createKey(admin, { role: 'reader', tenant_id: 'default' });
    const reader = admin.as(key);
    const id = await subscription({ state: 'paused' });
    const { task_id: delivery } = await admin.publish(id, { n: 1 });
    const unknown = id.replace(/.$/, id.endsWith('0') ? '1' : '0');
    const before = await audited.count();

    const failures: [ApiClient, string, string, object | undefined, number][] = [
      [admin, 'POST', '/subscriptions', { target_url: 'nowhere' }, 422],
      [admin, 'PATCH', `/subscriptions/${id}`, { timeout: -1 }, 422],
      [admin, 'PATCH', `/subscriptions/${id}`, { signature_scheme: 'v1a' }, 422],
      [admin, 'PATCH', `/subscriptions/${unknown}`, { description: 'x' }, 404],
      [admin, 'DELETE', `/subscriptions/${unknown}`, undefined, 404],
      [admin, 'GET', `/subscriptions/${unknown}/secret`, undefined, 404],
      [admin, 'POST', `/subscriptions/${id}/rotate-secret`, { secret: 'x' }, 422],
      [admin, 'POST', `/deliveries/${delivery}/retry`, undefined, 409],
      [admin, 'DELETE', `/keys/${audited.bootstrapId}`, undefined, 409],
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

    expect(await audited.count()).toBe(before);
  });

  it('holds the address of a change whose sender disconnected before it was made', async () => {
    const id = await subscription();
    const lock = new Client({ connectionString: database.url });
    await lock.connect();
    await lock.query('begin');
    await lock.query('select 1 from subscriptions for update');
    const { socket } = await openRaw(audited.url);
    socket.write(
      `DELETE /subscriptions/${id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${audited.bootstrapKey}\r\n\r\n`,
    );
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(() => database.query(waiting), { until: (rows) => rows.length > 0 });

    socket.resetAndDestroy();
    // A request that is answered now came after the reset, so the service has seen the reset too.
    await admin.request('GET', '/health/live');
    await lock.query('commit');
    await lock.end();

    const { data } = await eventually(() => audited.read(`&target=${id}&action=subscription.deleted`), {
      until: (page) => page.data.length > 0,
    });
    expect(data).toMatchObject([{ address: '127.0.0.1' }]);
  });

  it('holds one entry for a call that is made five times at once', async () => {
    const { id } = await createKey(admin, { role: 'reader', tenant_id: 'default' });

    const written = await audited.writtenBy(() =>
      Promise.all(Array.from({ length: 5 }, () => admin.request('DELETE', `/keys/${id}`))),
    );

    expect(written).toMatchObject([{ action: 'key.revoked', target: id }]);
  });

  it('holds one entry, by the service itself, for a subscription it disables because its receiver is gone', async () => {
    const path = `/gone-${(made += 1)}`;
    receiver.script(path, respond(410));
    const id = await subscription({ target_url: receiver.url(path), state: 'paused' });
    await Promise.all(Array.from({ length: 5 }, () => admin.publish(id, { n: 1 })));
    await admin.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'active' } });
    // Some more are answered 410; the others wait until the subscription is active again.
    await eventually(() => admin.getSubscription(id), { until: ({ state }) => state === 'disabled' });
    await eventually(() => admin.deliveriesOf(id, { status: 'in_flight' }), { until: ({ length }) => length === 0 });

    const ofSubscription = await audited.read(`&target=${id}&action=subscription.disabled`);

    expect(ofSubscription.data).toMatchObject([
      { actor: 'service', key_id: null, address: null, request_id: null, tenant_id: 'default', changed: ['state'] },
    ]);
  });

  it('names the client behind trusted proxies, and believes no other forwarded address', async () => {
    const behindProxy = await audited.startAnother('main.api', { TRUSTED_PROXIES: '127.0.0.0/8,10.0.0.0/8' });
    const addressFor = async (client: ApiClient, forwardedFor: string): Promise<string | null> => {
      const written = await audited.writtenBy(() =>
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
    // A proxy may pass on something that is not an address.
    for (const nonsense of ['x'.repeat(5000), 'unknown', '203.0.113.7:1234', `fe80::1%${'x'.repeat(5000)}`]) {
      expect(await addressFor(behindProxy, nonsense)).toBe('127.0.0.1');
    }
  });
});
