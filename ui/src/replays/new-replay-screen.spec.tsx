import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { access } from '../api/access';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { aPreview, aReplay, replayId } from '../testing/replay-samples';

interface Service {
  readonly api: FakeApi;
  /** Bodies that the service was asked with. */
  readonly bodies: unknown[];
}

type Answer = { readonly status?: number; readonly body?: unknown } | 'away';

function service(counted: Answer, made: Answer = { status: 202, body: aReplay() }): Service {
  const bodies: unknown[] = [];
  const api = fakeApi({
    'GET /subscriptions': { body: { data: [], has_more: false, next_cursor: null } },
    [`GET /replays/${replayId(1)}`]: { body: aReplay() },
    'POST /replays': async (_, request) => {
      const body = (await request.json()) as { dry_run?: boolean };
      bodies.push(body);
      return body.dry_run === true ? counted : made;
    },
  });
  return { api, bodies };
}

const count = () => screen.findByRole('button', { name: 'Count what it would send' });

describe('a new replay', () => {
  const user = userEvent.setup();

  it('sends nothing before it is counted, and then what was counted', async () => {
    const { bodies } = service({ body: aPreview() });
    const view = renderApp('/replays/new');

    await user.type(await screen.findByLabelText('Event type'), 'order.*');
    expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull();
    await user.click(await count());
    const table = await screen.findByRole('table', { name: 'The first matches' });
    expect(within(table).getAllByRole('row')).toHaveLength(3);
    expect(bodies).toEqual([{ kind: 'failed', event_type: 'order.*', dry_run: true }]);
    await user.click(screen.getByRole('button', { name: 'Send 2 deliveries again' }));
    await user.click(await screen.findByRole('button', { name: 'Send them' }));

    await waitFor(() => expect(view.url()).toBe(`/replays/${replayId(1)}`));
    expect(bodies[1]).toEqual({ kind: 'failed', event_type: 'order.*' });
  });

  it('has the form in the URL, and counts at once when a link says so', async () => {
    const { bodies } = service({ body: aPreview() });
    const view = renderApp('/replays/new?status=failed&tag=order-1&dry_run=true');

    await screen.findByText('2 deliveries');
    expect(bodies).toEqual([{ kind: 'failed', tag: 'order-1', dry_run: true }]);

    await user.type(screen.getByLabelText('Tag'), '2');
    await waitFor(() => expect(view.url()).toBe('/replays/new?tag=order-12&status=failed'));
    expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull();
  });

  it('has the number typed where it is large', async () => {
    const { bodies } = service({ body: aPreview({ matched: 1284, least_seconds: 13 }) });
    renderApp('/replays/new?dry_run=true');
    await user.click(await screen.findByRole('button', { name: 'Send 1,284 deliveries again' }));

    const send = await screen.findByRole<HTMLButtonElement>('button', { name: 'Send them' });
    const field = screen.getByLabelText('Type 1284 to go on');
    await user.type(field, '128');
    expect(send.disabled).toBe(true);
    await user.type(field, '4');
    expect(send.disabled).toBe(false);
    await user.click(send);

    await waitFor(() => expect(bodies).toEqual([{ kind: 'failed', dry_run: true }, { kind: 'failed' }]));
  });

  it('says what it cannot take over from the list of deliveries, and counts only after an answer', async () => {
    const { bodies } = service({ body: aPreview() });
    const view = renderApp('/replays/new?status=failed,retrying&idempotency_key=k&dry_run=true');

    expect((await screen.findByRole('alert')).textContent).toMatch(/idempotency key.*not those that are retrying/);
    expect((await count()).hasAttribute('disabled')).toBe(true);
    expect(bodies).toEqual([]);
    await user.click(screen.getByRole('button', { name: /without the key/ }));
    await user.click(screen.getByRole('button', { name: 'Leave them out' }));
    await waitFor(() => expect(view.url()).toBe('/replays/new?status=failed'));
    await user.click(await count());

    await screen.findByText('2 deliveries');
    expect(bodies).toEqual([{ kind: 'failed', dry_run: true }]);
  });

  it('says why a disabled subscription gets nothing, and what to do', async () => {
    const refusal = {
      ...problem(409, 'The subscription is disabled because it answered 410.'),
      code: 'subscription_disabled',
    };
    service({ status: 409, body: refusal });
    renderApp('/replays/new?subscription_id=sub_01k6zv1yqpe7rtqq6zjy2k3m4n&dry_run=true');

    expect((await screen.findByRole('alert')).textContent).toContain('because it answered 410');
    expect(screen.getByRole('link', { name: 'Open the subscription to enable it' }).getAttribute('href')).toBe(
      '/ui/subscriptions/sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
    );
  });

  it('shows faults at their fields, and keeps what was typed', async () => {
    const errors = [{ pointer: '/rate', detail: 'must be at most 500' }];
    const { api } = service({ status: 422, body: { ...problem(422, 'The input is invalid.'), errors } });
    renderApp('/replays/new');
    const rate = await screen.findByLabelText<HTMLInputElement>('Deliveries a second');
    await user.type(rate, '900');
    await user.click(await count());

    expect(await screen.findByText('must be at most 500')).toBeTruthy();
    expect(rate.value).toBe('900');
    expect(rate.getAttribute('aria-invalid')).toBe('true');
    api.answer('POST /replays', { body: aPreview() });
    await user.click(screen.getByRole('button', { name: 'Count again' }));
    await screen.findByText('2 deliveries');
  });

  it('shows why it was not made, and lets one try again', async () => {
    const { bodies } = service(
      { body: aPreview() },
      { status: 409, body: problem(409, 'Five replays have not sent everything.') },
    );
    renderApp('/replays/new?dry_run=true');
    await user.click(await screen.findByRole('button', { name: 'Send 2 deliveries again' }));
    await user.click(await screen.findByRole('button', { name: 'Send them' }));

    expect(await screen.findByText('Five replays have not sent everything.')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send them' }).disabled).toBe(false);
    expect(bodies).toHaveLength(2);
  });

  it('says that nothing matches', async () => {
    service({ body: aPreview({ matched: 0, first: [] }) });
    renderApp('/replays/new?dry_run=true');

    expect(await screen.findByText(/there is nothing to send/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Send/ })).toBeNull();
  });

  it('is not offered to those who may not', async () => {
    service({ body: aPreview() });
    renderApp('/replays/new');
    await count();
    access.set({ state: 'signed-in', role: 'reader', tenantId: null, abilities: ['deliveries:read'] });

    expect(await screen.findByText('You may not replay')).toBeTruthy();
  });
});
