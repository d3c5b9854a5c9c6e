import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nowMs } from '../lib/clock';
import { liveState } from '../live/live';
import { fakeApi, type FakeApi } from '../testing/fake-api';
import { aGap, anAccepted, anAttempted, attemptsOn } from '../testing/live-samples';
import { renderApp } from '../testing/render-app';
import { aDeliveryWithAttempts, deliveryId } from '../testing/samples';
import type { LiveMessage } from '../live/live-connection';
import { feed } from './follow-feed';

function api(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  return fakeApi({
    'GET /subscriptions': { body: { data: [], has_more: false, next_cursor: null } },
    'GET /deliveries': { body: { data: [], has_more: false, next_cursor: null, prev_cursor: null } },
    [`GET /deliveries/${deliveryId(2)}`]: { body: aDeliveryWithAttempts({ id: deliveryId(2) }) },
    [`POST /deliveries/${deliveryId(2)}/retry`]: { status: 202, body: { id: deliveryId(9) } },
    ...routes,
  });
}

const arrive = (messages: readonly LiveMessage[]): void => void act(() => feed.take(messages, nowMs()));

/** The type of each row in view, from the top. */
async function types(expected: readonly string[]): Promise<void> {
  await waitFor(() => {
    const [, ...rows] = within(screen.getByRole('grid')).getAllByRole('row');
    expect(rows.map(({ textContent }) => /order\.(n\d+|created|paid)|missing/.exec(textContent)?.[0])).toEqual(
      expected,
    );
  });
}

describe('the live view', () => {
  const user = userEvent.setup();
  beforeEach(() => liveState.set('live'));
  afterEach(() => {
    feed.forget();
    feed.narrow('{}', () => true);
  });

  it('shows what happens as it happens, with what came of it', async () => {
    api();
    renderApp('/live');
    await screen.findByText('Waiting for something to happen');

    arrive([anAccepted(), anAttempted({ event_type: 'order.paid' })]);

    await types(['order.paid', 'order.created']);
    const [, attempt, event] = screen.getAllByRole('row');
    expect(attempt?.textContent).toMatch(/Retrying.*order\.paid.*hooks\.example\.com.*503.*2 \/ 5.*12 ms/);
    expect(event?.textContent).toMatch(/Accepted.*order\.created.*for 2 receivers/);
  });

  it('says what to do when nothing happens', async () => {
    api();
    renderApp('/live');

    expect(await screen.findByText(/curl .*\/webhooks\/order\.created/s)).toBeTruthy();
  });

  it('says that it is not connected, and where else to look', async () => {
    liveState.set('polling');
    api();
    renderApp('/live');

    await screen.findByText('The live view is not connected');
    expect(within(screen.getByRole('main')).getByRole('link', { name: 'Deliveries' })).toBeTruthy();
  });

  it('shows what the filter in the URL lets through, also of what has come before', async () => {
    api();
    const view = renderApp('/live?event_type=order.n1');
    await screen.findByText('Nothing matches so far');

    arrive(attemptsOn(1, 3));
    await types(['order.n1']);
    await user.click(screen.getByLabelText('Remove the filter Type'));

    await types(['order.n3', 'order.n2', 'order.n1']);
    expect(view.url()).toBe('/live');
  });

  it('stands still while somebody scrolls, counts what comes, and shows it when asked', async () => {
    api();
    renderApp('/live');
    await screen.findByText('Waiting for something to happen');
    arrive(attemptsOn(1, 2));
    await types(['order.n2', 'order.n1']);

    const scroller = screen.getAllByRole('rowgroup')[1]!;
    scroller.scrollTop = 400;
    fireEvent.scroll(scroller);
    arrive(attemptsOn(3, 5));

    const pill = await screen.findByRole('button', { name: '3 new ones' });
    await types(['order.n2', 'order.n1']);
    await user.click(pill);
    await types(['order.n5', 'order.n4', 'order.n3', 'order.n2', 'order.n1']);
    expect(screen.queryByRole('button', { name: /new one/ })).toBeNull();
  });

  it('shows what another filter lets through although it stands still', async () => {
    api();
    renderApp('/live?event_type=order.n1');
    await screen.findByText('Nothing matches so far');
    arrive(attemptsOn(1, 3));
    await types(['order.n1']);
    await user.keyboard('j');
    await screen.findByRole('button', { name: 'Go on' });

    await user.click(screen.getByLabelText('Remove the filter Type'));

    await types(['order.n3', 'order.n2', 'order.n1']);
  });

  it('pauses and goes on by a key', async () => {
    api();
    renderApp('/live');
    await screen.findByText('Waiting for something to happen');
    arrive(attemptsOn(1, 1));
    await types(['order.n1']);

    await user.keyboard('p');
    await screen.findByRole('button', { name: 'Go on' });
    arrive(attemptsOn(2, 2));
    await screen.findByRole('button', { name: '1 new one' });
    await types(['order.n1']);
    await user.keyboard('p');

    await types(['order.n2', 'order.n1']);
  });

  it('opens a delivery beside the list, with a URL of its own, and retries it by a key', async () => {
    const { requests } = api();
    const view = renderApp('/live?tag=order-1234');
    await screen.findByText('Nothing matches so far');
    arrive(attemptsOn(1, 3));
    await types(['order.n3', 'order.n2', 'order.n1']);

    await user.keyboard('jj{Enter}');
    await waitFor(() => expect(view.url()).toBe(`/live/${deliveryId(2)}?tag=order-1234`));
    await within(await screen.findByRole('complementary')).findByText(/four attempts are left/);
    await user.keyboard('r');
    await waitFor(() => expect(requests).toContain(`POST /deliveries/${deliveryId(2)}/retry`));
    await user.keyboard('{Escape}');

    await waitFor(() => expect(view.url()).toBe('/live?tag=order-1234'));
    await types(['order.n3', 'order.n2', 'order.n1']);
  });

  it('says that something is missing, and links to it', async () => {
    api();
    renderApp('/live');
    await screen.findByText('Waiting for something to happen');
    arrive(attemptsOn(1, 1));
    void act(() => feed.note(aGap(), nowMs()));

    await types(['missing', 'order.n1']);
    expect(screen.getByRole('link', { name: 'Deliveries of that time' }).getAttribute('href')).toBe(
      '/ui/deliveries?since=2026-01-31T12:00:00.000Z&until=2026-01-31T12:00:10.000Z',
    );
  });

  it('is emptied, and goes on', async () => {
    api();
    renderApp('/live');
    await screen.findByText('Waiting for something to happen');
    arrive(attemptsOn(1, 2));
    await types(['order.n2', 'order.n1']);

    await user.click(screen.getByRole('button', { name: 'Clear the list' }));
    await screen.findByText('Waiting for something to happen');
    arrive(attemptsOn(3, 3));

    await types(['order.n3']);
  });
});
