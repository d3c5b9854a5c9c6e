import { render, screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import SignIn from '../shell/sign-in';
import { fakeApi, problem } from '../testing/fake-api';
import { aSession } from '../testing/samples';
import { access, beginAccess, requestHeaders, signOut, tenant } from './access';
import { setUpClient } from './client';
import { listSubscriptions, watch } from './generated';

setUpClient();

const UNKNOWN = { status: 401, body: problem(401, 'The API key is unknown.') };

describe('access', () => {
  const user = userEvent.setup();
  const type = async (key: string): Promise<void> => {
    await user.type(screen.getByLabelText(/With an API key/), `${key}{Enter}`);
  };

  beforeEach(() => {
    access.set({ state: 'signed-out', refusal: null });
    tenant.set(null);
  });

  it('exchanges the key for a session, and sends no key with any other request', async () => {
    const seen: { key: unknown; header: string | null }[] = [];
    const api = fakeApi({});
    api.answer('POST /session', async (_, request) => {
      seen.push({ key: (await request.clone().json()) as unknown, header: request.headers.get('x-requested-with') });
      return { status: 201, body: aSession({ capabilities: ['deliveries:read'] }) };
    });
    api.answer('GET /subscriptions', (_, { headers }) => {
      seen.push({ key: headers.get('authorization'), header: headers.get('x-requested-with') });
      return { body: { data: [] } };
    });
    render(<SignIn refusal={null} />);

    await type(' whk_good ');
    await listSubscriptions();

    expect(access.get()).toMatchObject({ state: 'signed-in', abilities: ['deliveries:read'] });
    expect(seen).toEqual([
      { key: { key: 'whk_good' }, header: 'webhooks' },
      { key: null, header: 'webhooks' },
    ]);
    tenant.set('acme');
    expect(requestHeaders()).toMatchObject({ 'X-Tenant': 'acme' });
  });

  it.each([
    ['an unknown key', UNKNOWN, /not known/],
    ['a service that is away', 'away' as const, /does not answer/],
  ])('says what is wrong with %s, and keeps what was typed', async (_, answer, words) => {
    fakeApi({ 'POST /session': answer, 'GET /health/live': 'away' });
    render(<SignIn refusal={null} />);

    await type('whk_typed');

    expect((await screen.findByRole('alert')).textContent).toMatch(words);
    expect(screen.getByLabelText<HTMLInputElement>(/With an API key/).value).toBe('whk_typed');
    expect(access.get().state).toBe('signed-out');
  });

  it('goes on with the session that the browser has', async () => {
    fakeApi({ 'GET /session': { body: aSession({ tenant_id: 'acme' }) } });

    await beginAccess();

    expect(access.get()).toMatchObject({ state: 'signed-in', tenantId: 'acme' });
  });

  it('needs no key where the service is open', async () => {
    fakeApi({ 'GET /session': { body: aSession({ access: 'open', id: null }) } });

    await beginAccess();

    expect(access.get().state).toBe('open');
  });

  it('asks for a key, without a complaint, where there is no session', async () => {
    fakeApi({ 'GET /session': UNKNOWN });

    await beginAccess();

    expect(access.get()).toEqual({ state: 'signed-out', refusal: null });
  });

  it('has ended, with all that is on the screen, when the session is no longer accepted', async () => {
    access.set({ state: 'signed-in', role: 'reader', tenantId: 'acme', abilities: ['deliveries:read'] });
    fakeApi({ 'GET /subscriptions': UNKNOWN });

    await listSubscriptions();

    expect(access.get()).toMatchObject({ state: 'ended', tenantId: 'acme', abilities: ['deliveries:read'] });
  });

  it('sends the header that keeps other sites out with the live stream as well, and hears of the end from it', async () => {
    access.set({ state: 'signed-in', role: 'reader', tenantId: null, abilities: [] });
    const headers: (string | null)[] = [];
    fakeApi({
      'GET /stream': (_, request) => {
        headers.push(request.headers.get('x-requested-with'));
        return UNKNOWN;
      },
    });

    const { stream } = await watch({ sseMaxRetryAttempts: 1 });
    for await (const message of stream) expect(message).toBeUndefined();

    expect(headers).toEqual(['webhooks']);
    expect(access.get().state).toBe('ended');
  });

  it('says so when a request comes from a page that nobody has touched for a minute', async () => {
    const idle: (string | null)[] = [];
    const api = fakeApi({});
    api.answer('GET /subscriptions', (_, { headers }) => {
      idle.push(headers.get('x-idle'));
      return { body: { data: [] } };
    });
    vi.useFakeTimers({ toFake: ['Date'] });
    const touches = [new Event('click'), new Event('pointerdown'), new KeyboardEvent('keydown'), new Event('wheel')];

    for (const touch of touches) {
      document.dispatchEvent(touch);
      await listSubscriptions();
      vi.setSystemTime(Date.now() + 60_001);
      await listSubscriptions();
    }
    vi.useRealTimers();

    expect(idle).toEqual([null, 'true', null, 'true', null, 'true', null, 'true']);
  });

  it('stays signed in when the service could not be told of the end', async () => {
    access.set({ state: 'signed-in', role: 'admin', tenantId: null, abilities: [] });
    fakeApi({ 'DELETE /session': 'away', 'GET /health/live': 'away' });

    await expect(signOut()).rejects.toThrow('does not answer');

    expect(access.get().state).toBe('signed-in');
  });
});
