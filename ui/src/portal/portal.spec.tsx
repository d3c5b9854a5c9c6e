import { QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { access } from '../api/access';
import { deleteSubscription, type ExchangedPortalSessionAnswer } from '../api/generated';
import { makeQueryClient } from '../api/query-client';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { aPortal } from '../testing/portal-samples';
import { aDeliveryWithAttempts, aPage, deliveriesFrom, deliveryId } from '../testing/samples';
import { codeIn, takeCode } from './link-code';
import { followSession } from './follow-session';
import { exchange, setUpPortalClient } from './portal-client';
import { PortalPage } from './portal-page';
import { PortalSession, type Surroundings } from './portal-session';
import { place, startRouting } from './routing/place';

// As the build of the portal does.
vi.mock('@tanstack/react-router', () => import('./routing'));
vi.mock('@tanstack/react-virtual', () => import('./small-virtual'));
vi.mock('../shell/screen', () => import('./portal-screen'));

/** What a session can be allowed. */
const EVERYTHING: ExchangedPortalSessionAnswer['capabilities'] = [
  'subscriptions:read',
  'subscriptions:write',
  'subscriptions:test',
  'secrets:read',
  'deliveries:read',
  'deliveries:retry',
  'payloads:read',
  'replays:write',
];
const ENDED = { status: 401, body: problem(401, 'The session has ended.') };

describe('the portal', () => {
  const user = userEvent.setup();
  let stopRouting: () => void = () => undefined;

  afterEach(() => {
    stopRouting();
    access.set({ state: 'signed-out', refusal: null });
    sessionStorage.clear();
    window.history.replaceState(null, '', '/');
  });

  const open = async (url: string, given: Partial<Surroundings> = {}): Promise<PortalSession> => {
    window.history.replaceState(null, '', url);
    const code = takeCode();
    const session = new PortalSession({
      exchange,
      host: Promise.resolve(null),
      goAndRenew: () => false,
      remembered: null,
      ...given,
    });
    const queryClient = makeQueryClient();
    stopRouting = startRouting([]);
    setUpPortalClient(session);
    followSession(session, queryClient);
    const ways = { refreshUrl: () => null, onRefresh: vi.fn(), returnUrl: () => 'https://app.example.com/settings' };
    render(
      <QueryClientProvider client={queryClient}>
        <PortalPage session={session} isFramed={false} ways={ways} />
      </QueryClientProvider>,
    );
    await act(() => session.begin(code));
    return session;
  };
  const serve = (given: Partial<ExchangedPortalSessionAnswer> = {}): FakeApi =>
    fakeApi({
      'POST /portal-sessions/exchange': { body: aPortal(given) },
      'GET /subscriptions': { body: aPage([]) },
      'GET /deliveries': { body: aPage(deliveriesFrom(3, 1)) },
      [`GET /deliveries/${deliveryId(2)}`]: { body: aDeliveryWithAttempts({ id: deliveryId(2) }) },
      'GET /stats': { body: { data: [], totals: {} } },
    });
  const navigation = (): string[] =>
    within(screen.getByRole('navigation', { name: 'Screens' }))
      .getAllByRole('link')
      .map(({ textContent }) => textContent);

  it('takes the code out of the URL before anything else, and sends the token with each request', async () => {
    const tokens: (string | null)[] = [];
    const api = serve();
    api.answer('GET /deliveries', (_, { headers }) => {
      tokens.push(headers.get('authorization'));
      return { body: aPage(deliveriesFrom(3, 1)) };
    });

    await open('/portal/deliveries?tenant=acme#code=whc_1');

    expect(await screen.findAllByRole('row')).toHaveLength(4);
    expect(window.location.href).not.toContain('whc_1');
    expect(window.location.pathname + window.location.search).toBe('/portal/deliveries?tenant=acme');
    expect(new Set(tokens)).toEqual(new Set(['Bearer whp_1']));
  });

  it('offers what the session allows, and leads to the first of it', async () => {
    serve();
    await open('/portal?tenant=acme#code=whc_1');

    expect(navigation()).toEqual(['Subscriptions', 'Deliveries', 'Events', 'Replays', 'Verify']);
    expect(window.location.pathname).toBe('/portal/subscriptions');
    expect(screen.getByRole('link', { name: 'Back to app.example.com' }).getAttribute('href')).toBe(
      'https://app.example.com/settings',
    );
  });

  it('shows nothing that a narrow session may not see, and asks for none of it', async () => {
    const api = serve({ capabilities: ['deliveries:read'] });
    await open('/portal?tenant=acme#code=whc_1');

    await screen.findAllByRole('row');
    expect(navigation()).toEqual(['Deliveries', 'Verify']);
    expect(api.requests.filter((each) => each.startsWith('GET /subscriptions'))).toEqual([]);
  });

  it.each([
    ['all subscriptions', null, true],
    ['some subscriptions', ['sub_1'], false],
  ])('offers new subscriptions and replays to a session with %s: %j', async (_, ids, isOffered) => {
    serve({ capabilities: EVERYTHING, subscription_ids: ids });
    await open('/portal/subscriptions?tenant=acme#code=whc_1');

    await screen.findByText('No subscriptions yet');
    expect(screen.queryAllByRole('link', { name: /^New/ })).toHaveLength(isOffered ? 2 : 0);
    expect(navigation().includes('Replays')).toBe(isOffered);
    // Customers have no key.
    expect(document.body.textContent).not.toContain('curl');
    await user.click(screen.getByRole('link', { name: 'Deliveries' }));
    await user.click((await screen.findAllByRole('checkbox'))[1]!);
    await screen.findByRole('button', { name: 'Retry' });
    expect(screen.queryAllByRole('link', { name: 'Replay' })).toHaveLength(isOffered ? 1 : 0);
  });

  it.each<[string, Partial<ExchangedPortalSessionAnswer>, RegExp]>([
    ['is limited', { capabilities: EVERYTHING, subscription_ids: ['sub_1'] }, /limited to some subscriptions/],
    ['may only read', { capabilities: ['subscriptions:read'] }, /takes the abilities/],
  ])('says to a session that %s why it makes no subscriptions', async (_, given, words) => {
    const api = serve(given);
    await open('/portal/subscriptions/new?tenant=acme#code=whc_1');

    expect(await screen.findByText(words)).toBeTruthy();
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(api.requests).not.toContain('GET /subscriptions/new');
  });

  it('offers no new replay to those who may not read deliveries, and asks for no names that it may not see', async () => {
    const api = serve({ capabilities: ['replays:write'] });
    api.answer('GET /replays', { body: aPage([]) });
    await open('/portal?tenant=acme#code=whc_1');

    await screen.findByText('No replays yet');
    expect(screen.queryByRole('link', { name: 'New replay' })).toBeNull();
    expect(document.body.textContent).not.toContain('curl');
    expect(api.requests.filter((each) => each.startsWith('GET /subscriptions'))).toEqual([]);
  });

  it('does not show a screen that the session does not allow', async () => {
    serve({ capabilities: ['deliveries:read'] });
    await open('/portal/subscriptions?tenant=acme#code=whc_1');

    expect(await screen.findByText('There is no such screen')).toBeTruthy();
    await user.click(within(screen.getByRole('main')).getByRole('link', { name: 'Deliveries' }));
    expect(await screen.findAllByRole('row')).toHaveLength(4);
  });

  it('opens a delivery beside the list, with a URL of its own, and goes back', async () => {
    serve();
    await open('/portal/deliveries?tenant=acme&event_type=order.*#code=whc_1');

    await user.click((await screen.findAllByRole('row'))[2]!);

    expect(await screen.findByText(/four attempts are left/)).toBeTruthy();
    expect(place.get()).toMatchObject({
      pathname: `/deliveries/${deliveryId(2)}`,
      search: { tenant: 'acme', event_type: 'order.*' },
    });
    await user.click(screen.getByRole('button', { name: 'Close' }));
    expect(place.get()).toMatchObject({ pathname: '/deliveries', search: { tenant: 'acme', event_type: 'order.*' } });
  });

  it('tells a customer without deliveries what will come, and nothing that needs a key', async () => {
    const api = serve();
    api.answer('GET /deliveries', { body: aPage([]) });
    await open('/portal/deliveries?tenant=acme#code=whc_1');

    expect(await screen.findByText(/appears here as soon as something happens/)).toBeTruthy();
    expect(document.body.textContent).not.toContain('curl');
  });

  it('selects deliveries of the list', async () => {
    serve();
    await open('/portal/deliveries?tenant=acme#code=whc_1');
    const [first, second] = await screen.findAllByRole<HTMLInputElement>('checkbox');

    await user.click(first!);
    await user.click(second!);
    await user.click(first!);

    expect([first!.checked, second!.checked]).toEqual([false, true]);
    expect(screen.getByText('1 selected')).toBeTruthy();
  });

  it('says in the words of the service why a link does not work, and leads back', async () => {
    fakeApi({ 'POST /portal-sessions/exchange': { status: 401, body: problem(401, 'This link was used already.') } });
    await open('/portal?tenant=acme#code=whc_1');

    expect((await screen.findByRole('alert')).textContent).toBe('This link was used already.');
    expect(screen.getByRole('link').getAttribute('href')).toBe('https://app.example.com/settings');
  });

  it('keeps what is on the screen when the session ends, and says what to do', async () => {
    const api = serve();
    await open('/portal/deliveries?tenant=acme#code=whc_1');
    await screen.findAllByRole('row');
    api.answer(`GET /deliveries/${deliveryId(2)}`, ENDED);

    await user.click((await screen.findAllByRole('row'))[2]!);

    expect(await screen.findByText(/^Your session has ended\. Go back to app\.example\.com/)).toBeTruthy();
    expect(screen.getAllByRole('row')).toHaveLength(4);
    // Without a token, nothing is asked any more: it could count as somebody else.
    const before = api.requests.length;
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    expect(api.requests).toHaveLength(before);
  });

  it('goes on by itself when the host gives a new link, with the request that was refused', async () => {
    const api = serve();
    const host = { ask: () => Promise.resolve('whc_2'), tell: vi.fn() };
    const session = await open('/portal/deliveries?tenant=acme#code=whc_1', { host: Promise.resolve(host) });
    await screen.findAllByRole('row');
    api.answer('POST /portal-sessions/exchange', { body: aPortal({ token: 'whp_2' }) });
    api.answer(`GET /deliveries/${deliveryId(2)}`, (_, { headers }) =>
      headers.get('authorization') === 'Bearer whp_2' ? { body: aDeliveryWithAttempts({ id: deliveryId(2) }) } : ENDED,
    );

    await user.click((await screen.findAllByRole('row'))[2]!);

    expect(await screen.findByText(/four attempts are left/)).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(await session.bearer()).toBe('whp_2');
  });

  it('keeps nothing of a customer when the host gives a link for another one', async () => {
    const api = serve();
    const session = await open('/portal/deliveries?tenant=acme&event_type=order.*#code=whc_1');
    await user.click((await screen.findAllByRole('checkbox'))[1]!);
    expect(screen.getByText('1 selected')).toBeTruthy();
    const states: string[] = [];
    const stop = access.subscribe(() => states.push(access.get().state));
    api.answer('POST /portal-sessions/exchange', { body: aPortal({ token: 'whp_2', tenant_id: 'globex', capabilities: ['deliveries:read', 'deliveries:retry'] }) }); // prettier-ignore
    api.answer('GET /deliveries', { body: aPage(deliveriesFrom(9, 9)) });

    await act(async () => {
      await session.take('whc_2');
    });
    stop();

    // The live view ends, and begins anew with the other token.
    expect(states).toEqual(['signed-out', 'signed-in']);
    await vi.waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2));
    expect(screen.queryByText('1 selected')).toBeNull();
    expect(place.get()).toMatchObject({ pathname: '/deliveries', search: { tenant: 'globex' } });
    expect(place.get().search).not.toHaveProperty('event_type');
  });

  it('keeps what is chosen when a link renews the session', async () => {
    const api = serve({ subscription_ids: ['sub_1', 'sub_2'] });
    const session = await open('/portal/deliveries?tenant=acme#code=whc_1');
    await user.click((await screen.findAllByRole('checkbox'))[1]!);
    api.answer('POST /portal-sessions/exchange', {
      body: aPortal({ token: 'whp_2', id: 'pse_2', subscription_ids: ['sub_2', 'sub_1'] }),
    });

    await act(async () => {
      await session.take('whc_2');
    });

    expect(screen.getByText('1 selected')).toBeTruthy();
  });

  it('does not send for another customer what waited for a new link', async () => {
    const api = serve();
    let answer: (code: string) => void = () => undefined;
    const host = { ask: () => new Promise<string>((resolve) => (answer = resolve)), tell: vi.fn() };
    const session = await open('/portal/deliveries?tenant=acme#code=whc_1', { host: Promise.resolve(host) });
    await screen.findAllByRole('row');
    const tokens: (string | null)[] = [];
    api.answer('DELETE /subscriptions/sub_1', (_, { headers }) => {
      tokens.push(headers.get('authorization'));
      return ENDED;
    });
    api.answer('POST /portal-sessions/exchange', { body: aPortal({ token: 'whp_2', tenant_id: 'globex' }) });

    const refused = deleteSubscription({ path: { id: 'sub_1' } });
    await vi.waitFor(() => expect(session.view.get().phase).toBe('renewing'));
    const waiting = deleteSubscription({ path: { id: 'sub_1' } });
    await act(async () => {
      answer('whc_2');
      await Promise.all([refused, waiting]);
    });

    expect(tokens).toEqual(['Bearer whp_1']);
    expect((await waiting).response?.status).toBe(401);
  });
});

describe('the code of a link', () => {
  it.each([
    ['https://webhooks.example.com/portal?tenant=acme#code=whc_1', 'whc_1'],
    ['https://webhooks.example.com/portal#code=whc_1&other=2', 'whc_1'],
    ['https://webhooks.example.com/portal?code=whc_1', null],
    ['https://webhooks.example.com/portal#code=', null],
    ['whc_1', null],
  ])('in %s is %s', (url, code) => {
    expect(codeIn(url)).toBe(code);
  });
});
