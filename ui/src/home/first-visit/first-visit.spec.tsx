import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tenant } from '../../api/access';
import { serverConfig } from '../../shell/config-store';
import { type FakeApi, fakeApi, problem } from '../../testing/fake-api';
import { renderApp } from '../../testing/render-app';
import { aDelivery, aDeliveryWithAttempts, aPage, deliveryId } from '../../testing/samples';
import { typeFor } from './samples';

// jsdom has no canvas.
vi.mock('uplot', () => {
  class NoPlot {
    static readonly paths = {};
    destroy(): void {
      // There is nothing to remove.
    }
  }
  return { default: NoPlot };
});

const NUMBERS = {
  accepted: 0,
  delivered: 0,
  failed: 0,
  cancelled: 0,
  attempts: 0,
  success_rate: null,
  delivery_ms: null,
};
const STATS = {
  data: [],
  totals: NUMBERS,
  since: '2026-01-31T00:00:00.000Z',
  until: '2026-02-01T00:00:00.000Z',
  step: 'hour',
  omitted_groups: 0,
  complete_since: null,
};
const LEDGER = {
  totals: { accepted: 0, delivered: 0, failed: 0, cancelled: 0, unfinished: 0, difference: 0 },
  data: [],
};
const SUBSCRIPTION = {
  id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
  target_url: `${window.location.origin}/echo/first`,
  event_types: ['order.created'],
  state: 'active',
  description: 'First receiver',
  metadata: {},
};
const EVENT = 'evt_01k6zv1yqpe7rtqq6zjy200000';
const delivered = aDelivery({ status: 'delivered', finished_at: '2026-01-31T12:00:00.034Z', next_attempt_at: null });

/** A service that is new: nothing is in it. */
function newService(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  serverConfig.set({ version: '0.1.0', access: 'open', has_echo: true });
  return fakeApi({
    'GET /stats': { body: STATS },
    'GET /ledger': { body: LEDGER },
    'GET /health': { body: { status: 'ok', info: {}, error: {}, details: {} } },
    'GET /subscriptions': { body: { data: [], has_more: false, next_cursor: null } },
    'GET /deliveries': { body: aPage([]) },
    ...routes,
  });
}

function withSubscription(api: FakeApi): void {
  api.answer('GET /subscriptions', { body: { data: [SUBSCRIPTION], has_more: false, next_cursor: null } });
}

/** The n-th of the steps. */
async function step(number: number): Promise<HTMLElement> {
  const region = await screen.findByRole('region', { name: 'First steps' });
  return within(region).getAllByRole('listitem')[number - 1]!;
}

describe('a first visit', () => {
  const user = userEvent.setup();
  afterEach(() => tenant.set(null));

  it('subscribes the echo receiver, publishes and sees it arrive, step by step', async () => {
    const api = newService({
      'POST /subscriptions': () => {
        withSubscription(api);
        return { status: 201, body: SUBSCRIPTION };
      },
      'POST /webhooks/order.created': () => {
        api.answer('GET /deliveries', { body: aPage([delivered]) });
        return { status: 202, body: { event_id: EVENT, deliveries: 1 } };
      },
    });
    renderApp('/');

    await user.click(within(await step(1)).getByRole('button', { name: /create the subscription/i }));
    await user.click(await within(await step(2)).findByRole('button', { name: 'Publish order.created' }));

    await within(await step(3)).findByText('It arrived after 34 ms.');
    expect(within(await step(4)).getByRole('button', { name: /verify this request/i })).toBeTruthy();
    expect(screen.getByText('3 of 4')).toBeTruthy();
  });

  it('says beside the field what is wrong with a target, and keeps what was typed', async () => {
    const fault = {
      ...problem(422, 'Invalid input.'),
      errors: [{ pointer: '/target_url', detail: 'must be a public URL' }],
    };
    newService({ 'POST /subscriptions': { status: 422, body: fault } });
    renderApp('/');
    const field = within(await step(1)).getByRole('textbox', { name: 'Target URL' });
    await user.clear(field);
    await user.type(field, 'http://10.0.0.1/hook');

    await user.click(screen.getByRole('button', { name: /create the subscription/i }));

    expect((await screen.findByRole('alert')).textContent).toBe('must be a public URL');
    expect((field as HTMLInputElement).value).toBe('http://10.0.0.1/hook');
  });

  it('lets the receiver fail and mends it again', async () => {
    const api = newService({
      'GET /deliveries': { body: aPage([delivered]) },
      [`PATCH /subscriptions/${SUBSCRIPTION.id}`]: async (_url, request) => {
        const { target_url: url } = (await request.json()) as { target_url: string };
        const data = [{ ...SUBSCRIPTION, target_url: url }];
        api.answer('GET /subscriptions', { body: { data, has_more: false, next_cursor: null } });
        return { body: data[0] };
      },
      'POST /webhooks/order.created': { status: 202, body: { event_id: EVENT, deliveries: 1 } },
    });
    withSubscription(api);
    localStorage.setItem('first-visit', '{}');
    renderApp('/');

    await user.click(await screen.findByRole('button', { name: 'Let the receiver fail' }));
    await screen.findByText(/answers 503 now/);
    await user.click(await screen.findByRole('button', { name: 'Mend the receiver' }));

    await screen.findByText(/is well again/);
    expect(api.requests.filter((each) => each.startsWith('PATCH') || each.startsWith('POST'))).toEqual([
      `PATCH /subscriptions/${SUBSCRIPTION.id}`,
      'POST /webhooks/order.created',
      `PATCH /subscriptions/${SUBSCRIPTION.id}`,
    ]);
  });

  it('is over when the request was taken to the verify tool and somebody says so', async () => {
    const api = newService({
      'GET /deliveries': { body: aPage([delivered]) },
      [`GET /deliveries/${deliveryId(1)}`]: { body: aDeliveryWithAttempts(delivered) },
      [`GET /events/${EVENT}/payload`]: { body: { order: 42 } },
    });
    withSubscription(api);
    localStorage.setItem('first-visit', '{}');
    const view = renderApp('/');

    await user.click(await screen.findByRole('button', { name: /verify this request/i }));
    await waitFor(() => expect(view.url()).toBe('/verify'));
    view.unmount();
    renderApp('/');
    await screen.findByText('4 of 4');
    await user.click(screen.getByRole('button', { name: 'Done' }));

    await waitFor(() => expect(screen.queryByRole('region', { name: 'First steps' })).toBeNull());
  });

  it('is not shown to those who have traffic, or had some before the range', async () => {
    const api = newService({ 'GET /deliveries': { body: aPage([delivered]) } });
    const quiet = renderApp('/');
    await screen.findByRole('heading', { name: 'Needs attention' });
    expect(screen.queryByRole('region', { name: 'First steps' })).toBeNull();
    quiet.unmount();

    api.answer('GET /stats', { body: { ...STATS, totals: { ...NUMBERS, accepted: 12 } } });
    renderApp('/');

    await screen.findByRole('heading', { name: 'Needs attention' });
    expect(screen.queryByRole('region', { name: 'First steps' })).toBeNull();
  });

  it('offers no sample traffic where there is no echo receiver', async () => {
    newService();
    serverConfig.set({ version: '0.1.0', access: 'keys', has_echo: false });
    renderApp('/');

    await step(1);

    expect(screen.queryByRole('region', { name: 'Sample traffic' })).toBeNull();
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Target URL' }).value).toBe('');
  });
});

describe('a type to publish', () => {
  it.each([
    [['user.*', 'order.paid'], 'order.paid'],
    [['user.*'], 'user.created'],
    [['*'], 'order.created'],
  ])('for %j is %s', (patterns, type) => {
    expect(typeFor(patterns)).toBe(type);
  });
});
