import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { access } from '../api/access';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { ABILITIES_OF_ALL } from '../testing/samples';
import { aSubscription, aSubscriptionPage, subscriptionId } from '../testing/subscription-samples';

const BILLING = aSubscription({ health: { waiting: 12, success_rate: 0.9974 } });
const PAUSED = aSubscription({
  id: subscriptionId(2),
  description: null,
  state: 'paused',
  event_types: ['order.created', 'order.paid', 'user.*'],
  health: { state: 'paused', waiting: 48 },
});

function apiWith(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  return fakeApi({ 'GET /subscriptions': { body: aSubscriptionPage([BILLING, PAUSED]) }, ...routes });
}

async function rows(count: number): Promise<HTMLElement[]> {
  return waitFor(() => {
    const [, ...shown] = within(screen.getByRole('table')).getAllByRole('row');
    expect(shown).toHaveLength(count);
    return shown;
  });
}

/** What the list was asked for; the shell asks for names, too. */
function asked(api: FakeApi): string[] {
  return api.requests.filter((each) => each.startsWith('GET /subscriptions') && !each.includes('limit=200'));
}

async function act(user: ReturnType<typeof userEvent.setup>, name: string, action: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name: `Actions for ${name}` }));
  await user.click(await screen.findByRole('menuitem', { name: action }));
}

describe('the list of subscriptions', () => {
  const user = userEvent.setup();

  it('shows name, target, state, success, types, lane and what waits', async () => {
    apiWith();
    renderApp('/subscriptions');

    const [billing, paused] = await rows(2);

    expect(billing?.textContent).toMatch(
      /Billing.*https:\/\/hooks\.example\.com\/in.*Healthy.*99\.74 %.*order\.\*.*3 \/ 32.*12/,
    );
    expect(paused?.textContent).toMatch(/hooks\.example\.com\/in.*Paused.*order\.created, order\.paid\+1.*48/);
    expect(screen.getAllByRole('img', { name: /24 of 24 hours with attempts, none with a failure/ })).toHaveLength(2);
  });

  it('asks for what the URL says, and puts into it what is typed and chosen', async () => {
    const api = apiWith();
    const view = renderApp('/subscriptions?state=paused&cursor=here');
    await rows(2);

    await user.click(screen.getByRole('searchbox', { name: 'Name or target' }));
    await user.paste(' bill ');

    await waitFor(() => expect(view.url()).toBe('/subscriptions?state=paused&search=bill'));
    await waitFor(() =>
      expect(asked(api)).toEqual([
        'GET /subscriptions?state=paused&cursor=here',
        'GET /subscriptions?search=bill&state=paused',
      ]),
    );
    await user.click(screen.getByRole('button', { name: 'All' }));
    await waitFor(() => expect(view.url()).toBe('/subscriptions?search=bill'));
  });

  it('goes to the search by a slash, from row to row by j and k, and opens by Enter', async () => {
    apiWith({ [`GET /subscriptions/${PAUSED.id}`]: { body: PAUSED } });
    const view = renderApp('/subscriptions');
    await rows(2);

    await user.keyboard('/');
    expect(document.activeElement).toBe(screen.getByRole('searchbox', { name: 'Name or target' }));
    (document.activeElement as HTMLElement).blur();
    await user.keyboard('jjjk');
    expect(document.activeElement?.textContent).toBe('Billing');
    await user.keyboard('j{Enter}');

    await waitFor(() => expect(view.url()).toBe(`/subscriptions/${PAUSED.id}`));
  });

  it('is paged by the cursors of the API', async () => {
    const api = apiWith({
      'GET /subscriptions': ({ searchParams }) => ({
        body: searchParams.has('cursor')
          ? aSubscriptionPage([PAUSED])
          : aSubscriptionPage([BILLING], { has_more: true, next_cursor: 'older' }),
      }),
    });
    const view = renderApp('/subscriptions');
    await rows(1);

    await user.click(screen.getByRole('button', { name: 'Older' }));
    await waitFor(() => expect(view.url()).toBe('/subscriptions?cursor=older'));
    await waitFor(() => expect(asked(api)).toContain('GET /subscriptions?cursor=older'));
    await user.click(await screen.findByRole('button', { name: 'Newest' }));

    await waitFor(() => expect(view.url()).toBe('/subscriptions'));
  });

  it('tells nothing yet from nothing that matches', async () => {
    apiWith({ 'GET /subscriptions': { body: aSubscriptionPage([]) } });
    const view = renderApp('/subscriptions?search=nobody');

    await user.click(await screen.findByRole('button', { name: 'Clear the filters' }));

    expect(await screen.findByText(/curl .*\/subscriptions/s)).toBeTruthy();
    expect(view.url()).toBe('/subscriptions');
  });

  it('says in the words of the service why it cannot be read', async () => {
    apiWith({ 'GET /subscriptions': { status: 422, body: problem(422, 'state must be one of active, paused') } });
    renderApp('/subscriptions?state=gone');

    expect((await screen.findByRole('alert')).textContent).toBe('state must be one of active, paused');
  });

  it('pauses once it has said what waits, and keeps the question when that is refused', async () => {
    const refused = { status: 503, body: problem(503, 'PostgreSQL does not answer.') };
    const api = apiWith({ [`PATCH /subscriptions/${BILLING.id}`]: refused });
    renderApp('/subscriptions');

    await act(user, 'Billing', 'Pause');
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('12 deliveries wait now.');
    await user.click(within(dialog).getByRole('button', { name: 'Pause' }));
    expect((await within(dialog).findByRole('alert')).textContent).toBe('PostgreSQL does not answer.');

    const bodies: unknown[] = [];
    api.answer(`PATCH /subscriptions/${BILLING.id}`, async (_, request) => {
      bodies.push(await request.json());
      return { body: { ...BILLING, state: 'paused' } };
    });
    await user.click(within(dialog).getByRole('button', { name: 'Pause' }));

    expect(await screen.findByText('Billing is paused.')).toBeTruthy();
    expect(bodies).toEqual([{ state: 'paused' }]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('resumes at once, and says what is sent', async () => {
    const api = apiWith({ [`PATCH /subscriptions/${PAUSED.id}`]: { body: { ...PAUSED, state: 'active' } } });
    renderApp('/subscriptions');

    await act(user, 'hooks.example.com/in', 'Resume');

    expect(await screen.findByText(/48 deliveries wait and will be sent now, at first one at a time/)).toBeTruthy();
    expect(api.requests).toContain(`PATCH /subscriptions/${PAUSED.id}`);
  });

  it('deletes only what was named', async () => {
    const api = apiWith({ [`DELETE /subscriptions/${BILLING.id}`]: { status: 200 } });
    renderApp('/subscriptions');

    await act(user, 'Billing', 'Delete');
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('12 deliveries that wait are cancelled.');
    const button = within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Delete it' });
    expect(button.disabled).toBe(true);
    await user.type(within(dialog).getByRole('textbox'), 'Billing{Enter}');

    expect(await screen.findByText('Billing is deleted.')).toBeTruthy();
    expect(api.requests).toContain(`DELETE /subscriptions/${BILLING.id}`);
  });

  it('offers those who may only read nothing else', async () => {
    apiWith();
    renderApp('/subscriptions');
    access.set({ state: 'open', role: 'admin', tenantId: null, abilities: ['subscriptions:read'] });

    await rows(2);

    expect(screen.queryByRole('button', { name: /Actions for/ })).toBeNull();
    expect(screen.queryByRole('link', { name: 'New subscription' })).toBeNull();
  });

  it('offers no rotation to those who may not read secrets', async () => {
    apiWith();
    renderApp('/subscriptions');
    const abilities = ABILITIES_OF_ALL.filter((each) => each !== 'secrets:read');
    access.set({ state: 'open', role: 'admin', tenantId: null, abilities });

    await user.click(await screen.findByRole('button', { name: 'Actions for Billing' }));

    const offered = (await screen.findAllByRole('menuitem')).map(({ textContent }) => textContent);
    expect(offered).toEqual(['Send a test', 'Pause', 'Delete']);
  });
});
