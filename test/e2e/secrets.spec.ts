import { createHmac } from 'node:crypto';
import { clientOf } from '../support/access.js';
import type { ApiClient, ApiResponse, PageAnswer } from '../support/api-client.js';
import { isSignedByHolderOf } from '../support/ed25519.js';
import { eventually } from '../support/eventually.js';
import { KeyedService } from '../support/keyed-service.js';
import type { ReceivedRequest } from '../support/scripted-receiver.js';
import { verifyWebhook } from '../support/standard-webhooks.js';

interface SecretsAnswer {
  readonly secret: string;
  readonly signature_scheme: string;
  readonly public_key: string | null;
  readonly previous: readonly { readonly secret: string; readonly expires_at: string }[];
}

describe('the secret of a subscription, with real PostgreSQL, Redis and receivers', () => {
  let service: KeyedService;
  let api: ApiClient;

  beforeAll(async () => {
    service = await KeyedService.start();
    ({ api } = service);
  });

  afterAll(() => service.stop());

  const rotate = (id: string, body: object = {}): Promise<SecretsAnswer> =>
    api.expect<SecretsAnswer>(200, 'POST', `/subscriptions/${id}/rotate-secret`, { body });
  const secretsOf = (id: string): Promise<SecretsAnswer> =>
    api.expect<SecretsAnswer>(200, 'GET', `/subscriptions/${id}/secret`);
  const isVerifiedBy = (secret: string, request: ReceivedRequest): boolean => {
    try {
      verifyWebhook(secret, request);
      return true;
    } catch {
      return false;
    }
  };

  describe('the rotation of a secret', () => {
    it('lets both secrets sign during the overlap, and only the new one afterwards', async () => {
      const subscription = await service.subscribe();
      const { secret: former, id } = subscription;

      const { secret: next, previous } = await rotate(id, { overlap: 5 });

      expect(previous).toMatchObject([{ secret: former }]);
      const during = await service.delivered(subscription);
      expect([former, next].map((secret) => isVerifiedBy(secret, during))).toEqual([true, true]);
      expect(during.headers['webhook-signature']?.split(' ')).toHaveLength(2);
      await eventually(() => secretsOf(id), { until: (secrets) => secrets.previous.length === 0 });
      const after = await service.delivered(subscription);
      expect([former, next].map((secret) => isVerifiedBy(secret, after))).toEqual([false, true]);
    });

    it('lets both secrets sign for 24 hours by default', async () => {
      const subscription = await service.subscribe();
      const beganMs = Date.now();

      const { previous } = await rotate(subscription.id);

      expect(previous).toHaveLength(1);
      const hours = (Date.parse(previous[0]!.expires_at) - beganMs) / 3_600_000;
      expect(hours).toBeCloseTo(24, 1);
      expect((await secretsOf(subscription.id)).previous).toEqual(previous);
    });

    it('ends all previous secrets at once when there is no overlap', async () => {
      const subscription = await service.subscribe();
      const second = await rotate(subscription.id);

      const third = await rotate(subscription.id, { overlap: 0, secret: 'a third one of my own' });

      expect(third).toEqual({
        secret: 'a third one of my own',
        signature_scheme: 'v1',
        public_key: null,
        previous: [],
        warnings: [expect.objectContaining({ code: 'secret_is_text', pointer: '/secret' })],
      });
      const request = await service.delivered(subscription);
      expect([subscription.secret, second.secret, third.secret].map((secret) => isVerifiedBy(secret, request))).toEqual(
        [false, false, true],
      );
    });

    it.each(['PATCH', 'PUT'])('happens with a day of overlap when %s sets another secret', async (method) => {
      const subscription = await service.subscribe({ secret: 'whsec_Zmlyc3Qgc2VjcmV0' });
      const second = await rotate(subscription.id, { secret: 'whsec_c2Vjb25kIHNlY3JldA==' });
      const { target_url, event_types } = subscription;
      const set = (secret: string) =>
        api.request(method, `/subscriptions/${subscription.id}`, { body: { target_url, event_types, secret } });
      const third = 'whsec_dGhpcmQgc2VjcmV0';

      const changed = await set(third);

      expect(changed).toMatchObject({ status: 200, body: expect.not.objectContaining({ warnings: expect.anything() as object }) as object }); // prettier-ignore
      const { secret, previous } = await secretsOf(subscription.id);
      expect([secret, ...previous.map((each) => each.secret)]).toEqual([third, second.secret, subscription.secret]);
      const request = await service.delivered(subscription);
      for (const each of [subscription.secret, second.secret, third]) expect(isVerifiedBy(each, request)).toBe(true);
      // Setting it again, as a script does that runs every day, is no rotation.
      expect((await set(third)).status).toBe(200);
      expect((await secretsOf(subscription.id)).previous).toEqual(previous);
      for (const n of [4, 5]) expect((await set(`whsec_${btoa(`secret ${n}`)}`)).status).toBe(200);
      expect(await set('whsec_dG9vIG1hbnk=')).toMatchObject({ status: 409, body: { code: 'too_many_secrets' } });
    });

    it('needs no body, and then makes a secret of the same scheme', async () => {
      const { id, secret } = await service.subscribe();

      for (const headers of [{}, { 'content-type': 'application/json' }]) {
        const rotated = await api.request('POST', `/subscriptions/${id}/rotate-secret`, { headers });
        expect(rotated).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^whsec_/) as string } });
      }
      expect((await secretsOf(id)).previous.map((each) => each.secret)).toContain(secret);
    });

    it('warns of a secret that Standard Webhooks libraries cannot use, wherever it is set', async () => {
      const secret = 'just some text of my own';
      const { id, target_url, event_types } = await service.subscribe();
      const put = { target_url, event_types };
      const calls = [
        ['POST', '/subscriptions', put],
        ['PUT', `/subscriptions/${id}`, put],
        ['PATCH', `/subscriptions/${id}`, {}],
        ['POST', `/subscriptions/${id}/rotate-secret`, {}],
      ] as const;
      for (const [method, path, body] of calls) {
        const answer = await api.request(method, path, { body: { ...body, secret } });
        expect([method, path, answer.body]).toMatchObject([
          method,
          path,
          { warnings: [{ code: 'secret_is_text', pointer: '/secret', detail: expect.stringContaining('whsec_') as string }] },
        ]); // prettier-ignore
      }
    });

    it('allows five signing secrets, and refuses a sixth until some have ended', async () => {
      const subscription = await service.subscribe();
      const secrets = [subscription.secret];
      for (let n = 0; n < 4; n += 1) secrets.push((await rotate(subscription.id)).secret);

      const refused = await api.request('POST', `/subscriptions/${subscription.id}/rotate-secret`, { body: {} });

      expect(refused).toMatchObject({ status: 409, body: { code: 'too_many_secrets' } });
      const request = await service.delivered(subscription);
      for (const secret of secrets) expect(isVerifiedBy(secret, request)).toBe(true);
      expect((await secretsOf(subscription.id)).previous.map(({ secret }) => secret)).toEqual(secrets.slice(0, 4).reverse()); // prettier-ignore
      expect((await rotate(subscription.id, { overlap: 0 })).previous).toEqual([]);
    });

    it('changes to Ed25519, whose public key is readable', async () => {
      const subscription = await service.subscribe();
      const {
        secret,
        public_key: publicKey,
        signature_scheme: scheme,
      } = await rotate(subscription.id, {
        signature_scheme: 'v1a',
      });

      const request = await service.delivered(subscription);

      expect({ scheme, secret, publicKey }).toMatchObject({
        scheme: 'v1a',
        secret: expect.stringMatching(/^whsk_/) as string,
        publicKey: expect.stringMatching(/^whpk_/) as string,
      });
      expect(isSignedByHolderOf(publicKey!, request)).toBe(true);
      expect(isVerifiedBy(subscription.secret, request)).toBe(true);
      expect(await api.getSubscription(subscription.id)).toMatchObject({
        signature_scheme: 'v1a',
        public_key: publicKey,
      });
      const other = await rotate(subscription.id, { overlap: 0 });
      expect(other).toMatchObject({ signature_scheme: 'v1a', previous: [] });
      const later = await service.delivered(subscription);
      expect([publicKey!, other.public_key!].map((key) => isSignedByHolderOf(key, later))).toEqual([false, true]);
    });

    it('accepts only a secret of the requested kind', async () => {
      const { id } = await service.subscribe();
      for (const body of [
        { secret: 'an HMAC secret', signature_scheme: 'v1a' },
        { secret: 'whsk_bm90IGEgc2VlZA==' },
        { secret: 'short' },
        { secret: null },
        { overlap: -1 },
        { overlap: 1.5 },
        { overlap: 604_801 },
      ]) {
        expect(await api.request('POST', `/subscriptions/${id}/rotate-secret`, { body })).toMatchObject({
          status: 422,
        });
      }
      expect(await api.request('PATCH', `/subscriptions/${id}`, { body: { signature_scheme: 'v1a' } })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/signature_scheme' }] },
      });
      expect((await secretsOf(id)).previous).toEqual([]);
    });

    it('keeps verifying ingest with each secret that still signs', async () => {
      const { id, secret: former } = await service.subscribe({ verify_ingest: true, secret: 'the former secret' });
      const body = '{"n":1}';
      const publishSignedBy = (secret: string): Promise<ApiResponse> =>
        api.request('POST', `/ingest/${id}`, {
          body,
          headers: {
            'content-type': 'application/json',
            'x-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
          },
        });
      expect(await publishSignedBy(former)).toMatchObject({ status: 202 });

      const { secret: next } = await rotate(id);
      for (const secret of [former, next]) expect(await publishSignedBy(secret)).toMatchObject({ status: 202 });
      const { secret: last } = await rotate(id, { overlap: 0 });
      for (const secret of [former, next]) expect(await publishSignedBy(secret)).toMatchObject({ status: 401 });
      expect(await publishSignedBy(last)).toMatchObject({ status: 202 });
    });
  });

  describe('the secret itself', () => {
    it('can be read by managers and admins only, is never cached, and each reading is audited', async () => {
      const { id, secret } = await service.subscribe();
      const as = (role: 'manager' | 'reader' | 'publisher') => clientOf(api, 'default', role);
      const read = async (client: ApiClient) => client.request('GET', `/subscriptions/${id}/secret`);

      for (const client of [api, await as('manager')]) {
        const answer = await read(client);
        expect(answer).toMatchObject({ status: 200, body: { secret, previous: [] } });
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
      for (const role of ['reader', 'publisher'] as const)
        expect(await read(await as(role))).toMatchObject({ status: 403 });

      const audit = await api.expect<PageAnswer<object>>(
        200,
        'GET',
        `/audit?target=${id}&action=subscription.secret_read`,
      );
      expect(audit.data).toHaveLength(2);
    });

    it('is not cached when it is new either', async () => {
      const created = await api.request('POST', '/subscriptions', { body: { target_url: 'https://1.1.1.1', event_type: 'a' } }); // prettier-ignore
      const { id } = created.body as { id: string };
      const rotated = await api.request('POST', `/subscriptions/${id}/rotate-secret`, { body: {} });

      expect(created.headers.get('cache-control')).toBe('no-store');
      expect(rotated.headers.get('cache-control')).toBe('no-store');
    });
  });
});
