import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { access } from '../api/access';
import type { ReplayAnswer } from '../api/generated';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { aReplay, replayId } from '../testing/replay-samples';

const page = (data: ReplayAnswer[], next: string | null = null) => ({
  body: { data, has_more: next !== null, next_cursor: next },
});

function api(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  return fakeApi({
    'GET /subscriptions': { body: { data: [], has_more: false, next_cursor: null } },
    'GET /deliveries': { body: { data: [], has_more: false, next_cursor: null, prev_cursor: null } },
    'GET /replays': page([aReplay()]),
    [`GET /replays/${replayId(1)}`]: { body: aReplay() },
    ...routes,
  });
}

describe('the list of replays', () => {
  const user = userEvent.setup();

  it('says of each what it sends, how far it is and what came of it, and opens it', async () => {
    api();
    const view = renderApp('/replays');

    const table = await screen.findByRole('table', { name: 'Replays' });
    const [, row] = within(table).getAllByRole('row');
    expect(row?.textContent).toMatch(/Running.*What failed.*order\.\*.*400 of 1,200.*390.*4.*50\/s/);
    await user.click(within(table).getByRole('link', { name: 'What failed' }));

    await waitFor(() => expect(view.url()).toBe(`/replays/${replayId(1)}`));
  });

  it('asks for the state in the URL, and for older ones', async () => {
    const { requests } = api({
      'GET /replays': ({ searchParams }) =>
        searchParams.has('cursor') ? page([aReplay({ id: replayId(2) })]) : page([aReplay()], 'older'),
    });
    const view = renderApp('/replays?state=paused');

    await user.click(await screen.findByRole('button', { name: 'Older' }));

    await waitFor(() => expect(view.url()).toBe('/replays?state=paused&cursor=older'));
    await waitFor(() =>
      expect(requests.filter((each) => each.startsWith('GET /replays'))).toEqual([
        'GET /replays?limit=50&state=paused',
        'GET /replays?limit=50&state=paused&cursor=older',
      ]),
    );
  });

  it('tells nothing yet from nothing that matches', async () => {
    api({ 'GET /replays': page([]) });
    renderApp('/replays?state=failed');
    await user.click(await screen.findByRole('button', { name: 'Clear the filters' }));

    expect(await screen.findByText(/curl .*\/replays/s)).toBeTruthy();
  });

  it('says why it cannot be read', async () => {
    api({ 'GET /replays': { status: 403, body: problem(403, 'This portal may not replay.') } });
    renderApp('/replays');

    expect((await screen.findByRole('alert')).textContent).toBe('This portal may not replay.');
  });
});

describe('one replay', () => {
  const user = userEvent.setup();
  const ROUTE = `/replays/${replayId(1)}`;

  it('has numbers that add up, each with its deliveries', async () => {
    api();
    renderApp(ROUTE);

    await screen.findByText('400 of 1,200 are sent, at up to 50 a second.');
    const figures = [...document.querySelectorAll('dl div')].map(({ textContent }) => textContent);
    expect(figures).toEqual(
      expect.arrayContaining([
        ...['Found1,200', 'Delivered390', 'Failed4', 'Cancelled0', 'On the way6', 'Skipped0', 'Not sent800'],
      ]),
    );
    expect(screen.getByRole('link', { name: '4' }).getAttribute('href')).toBe(
      `/ui/deliveries?replay_id=${replayId(1)}&status=failed`,
    );
    expect(screen.getByText(/takes 16 s or longer/)).toBeTruthy();
  });

  it('is paused, and goes on', async () => {
    const bodies: unknown[] = [];
    api({
      [`PATCH ${ROUTE}`]: async (_, request) => {
        const change = (await request.json()) as Partial<ReplayAnswer>;
        bodies.push(change);
        return { body: aReplay(change) };
      },
    });
    renderApp(ROUTE);

    await user.click(await screen.findByRole('button', { name: 'Pause' }));
    await user.click(await screen.findByRole('button', { name: 'Go on' }));

    await screen.findByRole('button', { name: 'Pause' });
    expect(bodies).toEqual([{ state: 'paused' }, { state: 'running' }]);
  });

  it('keeps a rate that was refused, and says why', async () => {
    const errors = [{ pointer: '/rate', detail: 'must be at most 500 (MAX_REPLAY_RATE)' }];
    const answers = api({ [`PATCH ${ROUTE}`]: { status: 422, body: { ...problem(422, 'Invalid.'), errors } } });
    renderApp(ROUTE);
    await user.click(await screen.findByRole('button', { name: 'Change the rate' }));
    const field = await screen.findByLabelText<HTMLInputElement>('Deliveries a second');
    await user.clear(field);
    await user.type(field, '900{Enter}');

    expect((await screen.findByRole('alert')).textContent).toContain('must be at most 500');
    expect(field.value).toBe('900');
    answers.answer(`PATCH ${ROUTE}`, { body: aReplay({ rate: 200 }) });
    await user.clear(field);
    await user.type(field, '200{Enter}');

    expect(await screen.findByText(/Up to 200\/s/)).toBeTruthy();
    expect(screen.queryByLabelText('Deliveries a second')).toBeNull();
  });

  it('is cancelled only when somebody confirms it', async () => {
    const { requests } = api({ [`DELETE ${ROUTE}`]: { body: aReplay({ state: 'cancelled' }) } });
    renderApp(ROUTE);
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    await screen.findByText(/800 are not sent then/);
    expect(requests.filter((each) => each.startsWith('DELETE'))).toEqual([]);

    await user.click(screen.getByRole('button', { name: 'Cancel the replay' }));

    await screen.findByText('Cancelled', { selector: 'span' });
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull());
  });

  it('offers no change to those who may not make one', async () => {
    api();
    renderApp(ROUTE);
    await screen.findByRole('button', { name: 'Pause' });
    access.set({ state: 'signed-in', role: 'reader', tenantId: null, abilities: ['deliveries:read'] });

    await waitFor(() => expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull());
    expect(screen.getByText('400 of 1,200 are sent, at up to 50 a second.')).toBeTruthy();
  });
});
