import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { access } from '../api/access';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { anEvent, deliveryId, eventId } from '../testing/samples';

const SUB = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';
const OTHER = 'sub_01k6zv1yqpe7rtqq6zjy2k3m5p';
const GONE = 'sub_01k6zv1yqpe7rtqq6zjy2k3m6q';
const page = (data: unknown[], more = {}) => ({ data, has_more: false, next_cursor: null, prev_cursor: null, ...more });
const PAYLOAD = { id: 'ord_1', lines: [{ sku: 'ENG-1', price: '40.00' }] };

const EXPLANATION = {
  ...page([
    {
      subscription_id: SUB,
      delivery: { id: deliveryId(1), status: 'failed', url: '', retry_of: null },
      reason: null,
      detail: 'The receiver answered 500 to all five attempts.',
    },
    {
      subscription_id: OTHER,
      delivery: null,
      reason: 'type_not_subscribed',
      detail: `It wanted only user.*; add order.created to its event_types with PATCH /subscriptions/${OTHER}.`,
    },
    { subscription_id: GONE, delivery: null, reason: 'changed_later', detail: 'It wants it since a later change.' },
  ]),
  event_id: eventId(1),
  event_type: 'order.created',
  addressed_to: 'all',
  deliveries: 1,
  created_at: '2026-01-31T12:00:00.000Z',
  summary: 'Published to all subscriptions that wanted order.created; it led to one delivery.',
};

function apiWith(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  return fakeApi({
    'GET /subscriptions': {
      body: page([
        { id: SUB, description: 'Globex billing', target_url: 'https://hooks.globex.example/in' },
        { id: OTHER, description: null, target_url: 'https://crm.umbrella.example/hook' },
      ]),
    },
    'GET /events': { body: page([anEvent({ id: eventId(2) }), anEvent()]) },
    [`GET /events/${eventId(1)}`]: { body: anEvent() },
    [`GET /events/${eventId(2)}`]: { body: anEvent({ id: eventId(2) }) },
    [`GET /events/${eventId(1)}/explain`]: { body: EXPLANATION },
    [`GET /events/${eventId(2)}/explain`]: { body: { ...EXPLANATION, event_id: eventId(2) } },
    [`GET /events/${eventId(1)}/payload`]: { body: PAYLOAD },
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

describe('the list of events', () => {
  const user = userEvent.setup();

  it('asks for what the URL says, and shows what became of each event in words', async () => {
    const api = apiWith({
      'GET /events': {
        body: page([
          anEvent({ outcomes: { delivered: 12, failed: 1, cancelled: 0, unfinished: 2 } }),
          anEvent({
            id: eventId(3),
            delivery_count: 0,
            outcomes: { delivered: 0, failed: 0, cancelled: 0, unfinished: 0 },
          }),
          anEvent({ id: eventId(2), delivery_count: 4711, outcomes: null }),
        ]),
      },
    });
    renderApp('/events?deliveries=0&event_type=order.*&unknown=1');

    const [first, second, third] = await rows(3);

    expect(first?.textContent).toMatch(/order\.created.*order-1234.*12 delivered, 1 failed, 2 under way.*1\.0 kB/);
    expect(second?.textContent).toContain('reached nobody');
    expect(third?.textContent).toContain('4,711 deliveries');
    expect(api.requests).toContain('GET /events?deliveries=0&event_type=order.*&limit=100');
  });

  it('moves, opens and closes by j, k, Enter and Esc, with the event in the URL', async () => {
    apiWith();
    const view = renderApp('/events?tag=order-1234');
    await rows(2);

    await user.keyboard('j{Enter}');
    await waitFor(() => expect(view.url()).toBe(`/events/${eventId(2)}?tag=order-1234`));
    await screen.findByRole('heading', { name: 'order.created' });
    await user.keyboard('j');
    await waitFor(() => expect(view.url()).toBe(`/events/${eventId(1)}?tag=order-1234`));
    await user.keyboard('{Escape}');

    await waitFor(() => expect(view.url()).toBe('/events?tag=order-1234'));
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('2'));
  });

  it('tells nothing yet from nothing that matches', async () => {
    apiWith({ 'GET /events': { body: page([]) } });
    const view = renderApp('/events?tag=nothing');
    await user.click(await screen.findByRole('button', { name: 'Clear the filters' }));

    expect(await screen.findByText(/curl .*\/webhooks\/order\.created/s)).toBeTruthy();
    expect(view.url()).toBe('/events');
  });

  it('says in the words of the service why it refused', async () => {
    apiWith({ 'GET /events': { status: 400, body: problem(400, 'event_id must be an id such as evt_…') } });
    renderApp('/events?event_id=42');

    expect((await screen.findByRole('alert')).textContent).toBe('event_id must be an id such as evt_…');
  });

  it('opens an event whose id is pasted into the palette', async () => {
    apiWith();
    const view = renderApp('/events');
    await rows(2);

    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox', { name: 'Find or go to' }), `${eventId(1)}{Enter}`);

    await waitFor(() => expect(view.url()).toBe(`/events/${eventId(1)}`));
  });
});

describe('an event', () => {
  const user = userEvent.setup();
  const entryOf = async (name: string): Promise<HTMLElement> => {
    const found = (await screen.findByRole('link', { name })).closest('li');
    if (found === null) throw new Error(`There is no entry of ${name}`);
    return found;
  };

  it('says who got it, who did not and why, with what helps', async () => {
    apiWith();
    renderApp(`/events/${eventId(1)}`);

    expect((await entryOf('Globex billing')).textContent).toContain('Failed');
    const other = await entryOf('crm.umbrella.example/hook');
    expect(other.textContent).toContain('It wanted only user.*');
    expect(within(other).getByRole('link', { name: 'Change its types' }).getAttribute('href')).toBe(
      `/ui/subscriptions/${OTHER}`,
    );
  });

  it('is sent again to one that got it, and by a replay to one that has come to want it', async () => {
    const asked: unknown[] = [];
    const api = apiWith({
      [`POST /deliveries/${deliveryId(1)}/retry`]: { status: 202, body: { id: deliveryId(9) } },
      'POST /replays': async (_, request) => {
        asked.push(await request.json());
        return { status: 202, body: { id: 'rpl_1', matched: 1 } };
      },
    });
    renderApp(`/events/${eventId(1)}`);

    await user.click(await screen.findByRole('button', { name: 'Send again to Globex billing' }));
    await user.click(await screen.findByRole('button', { name: /^Send it to/ }));

    expect(await screen.findByText(/A replay sends it/)).toBeTruthy();
    expect(api.requests).toContain(`POST /deliveries/${deliveryId(1)}/retry`);
    expect(asked).toEqual([
      { kind: 'missing', subscription_id: GONE, event_id: eventId(1), since: '2026-01-31T12:00:00.000Z' },
    ]);
  });

  it('leads to no subscription that the caller may not read', async () => {
    apiWith();
    renderApp(`/events/${eventId(1)}`);
    access.set({ state: 'open', role: null, tenantId: null, abilities: ['deliveries:read', 'subscriptions:write'] });

    await screen.findByText(/It wanted only user/);

    expect(screen.queryByText('Change its types')).toBeNull();
  });

  it('offers nothing that the caller may not do', async () => {
    apiWith();
    renderApp(`/events/${eventId(1)}`);
    access.set({ state: 'open', role: 'reader', tenantId: null, abilities: ['deliveries:read', 'subscriptions:read'] });

    await entryOf('Globex billing');

    expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull();
    expect(screen.queryByRole('link', { name: 'Publish one like it' })).toBeNull();
    expect(screen.queryByRole('link', { name: 'Change its types' })).toBeNull();
    expect(screen.queryByRole('tab', { name: 'Payload' })).toBeNull();
  });

  it('leads to publishing one like it', async () => {
    apiWith();
    renderApp(`/events/${eventId(1)}`);

    const link = await screen.findByRole('link', { name: 'Publish one like it' });

    expect(link.getAttribute('href')).toBe(`/ui/publish?event_type=order.created&tags=order-1234&like=${eventId(1)}`);
  });

  it('shows its payload as a tree that opens and closes by keys, and as it was published', async () => {
    apiWith();
    const view = renderApp(`/events/${eventId(1)}?tab=payload`);
    const tree = await screen.findByRole('tree');
    await within(tree).findByText('"40.00"');

    within(tree).getAllByRole('treeitem')[2]?.focus();
    await user.click(within(tree).getByText('lines'));
    expect(within(tree).queryByText('"40.00"')).toBeNull();
    await user.keyboard('{ArrowRight}');
    expect(await within(tree).findByText('1 item')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'As published' }));

    await waitFor(() => expect(view.url()).toBe(`/events/${eventId(1)}?tab=payload&view=raw`));
    expect((await screen.findByRole('group', { name: 'Payload as published' })).textContent).toBe(
      JSON.stringify(PAYLOAD),
    );
  });

  it('finds a text in the payload, and counts the matches', async () => {
    apiWith();
    renderApp(`/events/${eventId(1)}?tab=payload`);
    await screen.findByRole('tree');

    await user.type(screen.getByRole('searchbox', { name: 'Search the payload' }), 'eng');

    expect(await screen.findByText('1 of 1')).toBeTruthy();
    expect((await screen.findByText('ENG')).tagName).toBe('MARK');
  });
});
