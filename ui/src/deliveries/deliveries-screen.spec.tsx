import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { access, tenant } from '../api/access';
import { unlessUnderWay } from '../lib/under-way';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { aPreview } from '../testing/replay-samples';
import { aDelivery, aDeliveryWithAttempts, aPage, deliveriesFrom, deliveryId } from '../testing/samples';

const STATS = { data: [], totals: {}, since: '', until: '', step: 'hour', omitted_groups: 0, complete_since: null };
function apiWith(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  return fakeApi({
    'GET /stats': { body: STATS },
    'GET /subscriptions': { body: { data: [], has_more: false, next_cursor: null } },
    'GET /deliveries': { body: aPage(deliveriesFrom(3, 1)) },
    [`GET /deliveries/${deliveryId(3)}`]: { body: aDeliveryWithAttempts({ id: deliveryId(3) }) },
    [`GET /deliveries/${deliveryId(2)}`]: { body: aDeliveryWithAttempts({ id: deliveryId(2) }) },
    ...routes,
  });
}

/** Rows of the table, without its head. */
async function rows(count: number): Promise<HTMLElement[]> {
  return waitFor(() => {
    const [, ...shown] = within(screen.getByRole('grid')).getAllByRole('row');
    expect(shown).toHaveLength(count);
    return shown;
  });
}

describe('the list of deliveries', () => {
  const user = userEvent.setup();

  it('asks for what the URL says, and shows status, response and attempts', async () => {
    const api = apiWith({
      'GET /deliveries': {
        body: aPage([
          aDelivery({
            status: 'failed',
            attempt_count: 5,
            last_error: { code: 'tls_failure', message: null },
            last_status_code: null,
          }),
        ]),
      },
    });
    renderApp('/deliveries?status=failed,retrying&event_type=order.*&unknown=1');

    const [row] = await rows(1);

    expect(row?.textContent).toMatch(/Failed.*order\.created.*hooks\.example\.com\/in.*TLS failure.*5 \/ 5/);
    const [asked] = api.requests.filter((each) => each.startsWith('GET /deliveries?'));
    expect(decodeURIComponent(asked ?? '')).toBe('GET /deliveries?status=failed,retrying&event_type=order.*&limit=100');
  });

  it('has a chip for each filter, whose removal asks again', async () => {
    const api = apiWith();
    const view = renderApp('/deliveries?status=failed&tag=order-1');
    await rows(3);

    await user.click(screen.getByLabelText('Remove the filter Tag'));

    await waitFor(() => expect(view.url()).toBe('/deliveries?status=failed'));
    await waitFor(() => expect(api.requests).toContain('GET /deliveries?status=failed&limit=100'));
  });

  it('opens a replay of all that match, with the same filters', async () => {
    apiWith({ 'POST /replays': { body: aPreview() } });
    const view = renderApp('/deliveries?status=failed&tag=order-1');
    await rows(3);

    await user.click(screen.getByRole('link', { name: 'Replay all that match' }));

    await waitFor(() => expect(view.url()).toBe('/replays/new?status=failed&tag=order-1&dry_run=true'));
    await screen.findByRole('button', { name: 'Send 2 deliveries again' });
  });

  it('adds a filter by keys alone', async () => {
    apiWith();
    const view = renderApp('/deliveries');
    await rows(3);

    await user.keyboard('/');
    await user.click(await screen.findByRole('button', { name: 'Response' }));
    await user.type(await screen.findByRole('textbox', { name: 'Response' }), '5xx{Enter}');

    await waitFor(() => expect(view.url()).toBe('/deliveries?status_code=5xx'));
  });

  it('asks for older rows from where the page ended', async () => {
    const api = apiWith({
      'GET /deliveries': ({ searchParams }) => ({
        body:
          searchParams.get('cursor') === 'older'
            ? aPage(deliveriesFrom(1, 1))
            : aPage(deliveriesFrom(3, 2), { has_more: true, next_cursor: 'older' }),
      }),
    });
    renderApp('/deliveries');

    await rows(3);

    expect(api.requests.filter((each) => each.includes('cursor'))).toEqual(['GET /deliveries?limit=100&cursor=older']);
  });

  it('moves, opens and closes by j, k, Enter and Esc, with the drawer in the URL', async () => {
    apiWith();
    const view = renderApp('/deliveries?status=retrying');
    await rows(3);

    await user.keyboard('jj');
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('2'));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(view.url()).toBe(`/deliveries/${deliveryId(2)}?status=retrying`));
    await within(await screen.findByRole('complementary')).findByText(/four attempts are left/);
    await user.keyboard('k');
    await waitFor(() => expect(view.url()).toBe(`/deliveries/${deliveryId(3)}?status=retrying`));
    await user.keyboard('{Escape}');

    await waitFor(() => expect(view.url()).toBe('/deliveries?status=retrying'));
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('1'));
  });

  it('retries the selected deliveries, and says how many were refused and why', async () => {
    const failed = deliveriesFrom(3, 1).map((row) => ({ ...row, status: 'failed' as const }));
    const api = apiWith({
      'GET /deliveries': { body: aPage(failed) },
      [`POST /deliveries/${deliveryId(3)}/retry`]: { status: 202, body: aDelivery({ id: deliveryId(7) }) },
      [`POST /deliveries/${deliveryId(2)}/retry`]: { status: 409, body: problem(409, 'It is not finished.') },
    });
    renderApp('/deliveries');
    await rows(3);

    await user.keyboard('jxjx');
    await user.click(await screen.findByRole('button', { name: 'Retry' }));

    expect(await screen.findByText(/1 delivery sent again/)).toBeTruthy();
    expect(await screen.findByText(/1 retry refused\. It is not finished\./)).toBeTruthy();
    expect(api.requests.filter((each) => each.startsWith('POST'))).toHaveLength(2);
    await waitFor(() => expect(screen.queryByRole('toolbar')).toBeNull());
  });

  it('sends each again once, however often that is asked for while it is under way', async () => {
    const failed = deliveriesFrom(3, 1).map((row) => ({ ...row, status: 'failed' as const }));
    const sent = Promise.withResolvers<{ status: number; body: object }>();
    const api = apiWith({
      'GET /deliveries': { body: aPage(failed) },
      [`POST /deliveries/${deliveryId(3)}/retry`]: () => sent.promise,
    });
    renderApp('/deliveries');
    await rows(3);

    await user.keyboard('jrrx');
    await user.dblClick(await screen.findByRole('button', { name: 'Retry' }));
    sent.resolve({ status: 202, body: aDelivery({ id: deliveryId(7) }) });

    expect(await screen.findByText(/Sent again, as a new delivery/)).toBeTruthy();
    await user.keyboard('r');
    const posts = (): string[] => api.requests.filter((each) => each.startsWith('POST'));
    await waitFor(() => expect(posts()).toHaveLength(2));
  });

  it.each([
    ['looks at another tenant', () => tenant.set('globex')],
    ['signs out', () => access.set({ state: 'signed-out', refusal: null })],
  ])('sends no more of the selected deliveries again when somebody %s', async (_, leave) => {
    const failed = deliveriesFrom(6, 1).map((row) => ({ ...row, status: 'failed' as const }));
    const retries = failed.map(({ id }) => [`POST /deliveries/${id}/retry`, 'never'] as const);
    const api = apiWith({ 'GET /deliveries': { body: aPage(failed) }, ...Object.fromEntries(retries) });
    const posts = (): string[] => api.requests.filter((each) => each.startsWith('POST'));
    renderApp('/deliveries');
    await rows(6);
    await user.keyboard('jxjxjxjxjxjx');
    await user.click(await screen.findByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(posts()).toHaveLength(4));

    await act(leave);
    const hasEnded = vi.fn(() => Promise.resolve());
    await waitFor(async () => {
      await unlessUnderWay([failed[0]!.id], hasEnded);
      expect(hasEnded).toHaveBeenCalled();
    });

    expect(posts()).toHaveLength(4);
    expect(screen.queryByText(/retries refused/)).toBeNull();
    tenant.set(null);
  });

  it('says in the words of the service why it refused, with the id of the request', async () => {
    const api = apiWith({ 'GET /deliveries': { status: 422, body: problem(422, 'since must be before until') } });
    renderApp('/deliveries?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z');

    expect((await screen.findByRole('alert')).textContent).toBe('since must be before until');
    expect(screen.getByLabelText('Copy request id req-1')).toBeTruthy();
    api.answer('GET /deliveries', { body: aPage(deliveriesFrom(3, 1)) });
    await user.click(screen.getByRole('button', { name: 'Try again' }));

    await rows(3);
  });

  it('tells nothing yet from nothing that matches', async () => {
    apiWith({ 'GET /deliveries': { body: aPage([]) } });
    const view = renderApp('/deliveries?status=failed');
    await user.click(await screen.findByRole('button', { name: 'Clear the filters' }));

    expect(await screen.findByText(/curl .*\/webhooks\/order\.created/s)).toBeTruthy();
    expect(view.url()).toBe('/deliveries');
  });

  it('goes on when a service that was away is back', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const api = apiWith({ 'GET /deliveries': 'away', 'GET /health/live': 'away' });
    renderApp('/deliveries');

    expect((await screen.findByRole('alert')).textContent).toContain('does not answer');
    api.answer('GET /deliveries', { body: aPage(deliveriesFrom(3, 1)) });
    await vi.advanceTimersByTimeAsync(6000);

    await rows(3);
    expect(screen.queryByRole('alert')).toBeNull();
    vi.useRealTimers();
  });
});

describe('what the caller may not do', () => {
  it('is not offered', async () => {
    const failed = deliveriesFrom(3, 1).map((row) => ({ ...row, status: 'failed' as const }));
    apiWith({ 'GET /deliveries': { body: aPage(failed) }, 'GET /stats': { status: 403, body: problem(403, 'No.') } });
    renderApp(`/deliveries/${deliveryId(3)}?status=failed`);
    const drawer = await screen.findByRole('complementary');
    await within(drawer).findByRole('tab', { name: 'Payload' });

    access.set({ state: 'signed-in', role: 'reader', tenantId: null, abilities: ['deliveries:read'] });

    await waitFor(() => expect(within(drawer).queryByRole('tab', { name: 'Payload' })).toBeNull());
    for (const name of ['Cancel', 'Copy as curl', 'Open in the verify tool', 'Replay all that match'])
      expect([name, screen.queryByText(name)]).toEqual([name, null]);
    await rows(3);
  });
});

describe('the drawer of a delivery', () => {
  const user = userEvent.setup();

  it('takes the request of an attempt to the verify tool, and writes it nowhere', async () => {
    vi.stubGlobal('isSecureContext', true);
    const id = aDeliveryWithAttempts().event_id;
    apiWith({ [`GET /events/${id}/payload`]: { body: { order: 42 } } });
    const view = renderApp(`/deliveries/${deliveryId(3)}`);

    await user.click(await screen.findByRole('button', { name: 'Open in the verify tool' }));

    await waitFor(() => expect(view.url()).toBe('/verify'));
    expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Headers' })).value).toContain(
      'webhook-signature: v1,old',
    );
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Body' }).value).toBe('{"order":42}');
    // Browsers write the state of the history down.
    expect(JSON.stringify(view.state())).not.toMatch(/v1,old|order/);
  });

  it('shows what happened, what was sent and what came back', async () => {
    apiWith();
    renderApp(`/deliveries/${deliveryId(3)}`);

    const drawer = await screen.findByRole('complementary');
    await within(drawer).findByText(/four attempts are left/);

    expect(drawer.textContent).toContain('Service Unavailable');
    expect(drawer.textContent).toContain('webhook-signature: v1,old');
    expect(drawer.textContent).toContain('try later');
    expect(drawer.textContent).toContain('DNS 3 ms, connect 11 ms, TLS 14 ms, wait for the response 90 ms');
  });

  it('offers only what the state allows', async () => {
    const api = apiWith({ [`POST /deliveries/${deliveryId(3)}/cancel`]: { body: aDelivery({ id: deliveryId(3) }) } });
    renderApp(`/deliveries/${deliveryId(3)}`);

    await user.click(await screen.findByRole('button', { name: 'Cancel' }));

    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
    expect(await screen.findByText(/No further attempt will be made/)).toBeTruthy();
    expect(api.requests).toContain(`POST /deliveries/${deliveryId(3)}/cancel`);
  });

  it('shows the other deliveries of the event, each a link, at a URL of its own', async () => {
    const ofEvent = aPage([aDelivery({ id: deliveryId(3) }), aDelivery({ id: deliveryId(9), status: 'delivered' })]);
    apiWith({
      'GET /deliveries': ({ searchParams }) => ({ body: searchParams.has('event_id') ? ofEvent : aPage([]) }),
    });
    const view = renderApp(`/deliveries/${deliveryId(3)}`);

    await user.click(await screen.findByRole('tab', { name: 'Other deliveries' }));

    const links = await waitFor(() => {
      const found = within(screen.getByRole('tabpanel')).getAllByRole('link');
      expect(found).toHaveLength(2);
      return found;
    });
    expect(links[1]?.getAttribute('href')).toBe(`/ui/deliveries/${deliveryId(9)}?tab=event`);
    expect(view.url()).toBe(`/deliveries/${deliveryId(3)}?tab=event`);
  });

  it('says that there is no such delivery', async () => {
    apiWith({
      [`GET /deliveries/${deliveryId(3)}`]: { status: 404, body: problem(404, 'There is no such delivery.') },
    });
    renderApp(`/deliveries/${deliveryId(3)}`);

    expect((await screen.findByRole('alert')).textContent).toBe('There is no such delivery.');
  });
});
