import { fireEvent, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { access } from '../api/access';
import { readAgain } from '../api/query-client';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { aDelivery, aDeliveryWithAttempts, aPage } from '../testing/samples';
import { aSubscription, aSubscriptionPage } from '../testing/subscription-samples';
import { noteRotation } from './queries';

// Drawing needs a canvas.
vi.mock('../plots/plots', () => ({ Plots: () => null }));

const BILLING = aSubscription({
  headers: { 'X-Api-Key': '[redacted]', 'X-Team': 'money' },
  shown_headers: ['X-Team'],
  health: { waiting: 12 },
});
const AT = `/subscriptions/${BILLING.id}`;
const STATS = { data: [], totals: {}, since: '', until: '', step: 'hour', omitted_groups: 0, complete_since: null };
const SECRETS = { secret: 'whsec_AAAA', signature_scheme: 'v1', public_key: null, previous: [] };

function apiWith(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  return fakeApi({
    'GET /subscriptions': { body: aSubscriptionPage([BILLING]) },
    'GET /stats': { body: STATS },
    'GET /deliveries': { body: aPage([aDelivery({ status: 'failed' })]) },
    [`GET ${AT}`]: { body: BILLING },
    [`GET ${AT}/secret`]: { body: SECRETS },
    ...routes,
  });
}

/** A PATCH that remembers the bodies that it got. */
function patching(api: FakeApi, answer: { readonly status?: number; readonly body: unknown }): unknown[] {
  const bodies: unknown[] = [];
  api.answer(`PATCH ${AT}`, async (_, request) => {
    bodies.push(await request.json());
    return answer;
  });
  return bodies;
}

describe('one subscription', () => {
  const user = userEvent.setup();

  it('says how it does, and shows its last failures', async () => {
    const api = apiWith();
    renderApp(AT);

    expect(await screen.findByText('All 1,430 attempts of the last day succeeded.')).toBeTruthy();
    const failures = await screen.findByRole('table', { name: 'Last failures' });

    expect(within(failures).getByRole('link').textContent).toBe('order.created');
    expect(api.requests.map(decodeURIComponent)).toContain(
      `GET /deliveries?subscription_id=${BILLING.id}&status=failed,retrying&limit=5`,
    );
  });

  it('has a URL for each part, and reads the part from it', async () => {
    apiWith();
    const view = renderApp(`${AT}?tab=sending&range=7d`);

    expect(await screen.findByRole('textbox', { name: 'Target URL' })).toBeTruthy();
    await user.click(screen.getByRole('tab', { name: 'Security' }));

    await waitFor(() => expect(view.url()).toBe(`${AT}?range=7d&tab=security`));
    expect(await screen.findByRole('button', { name: 'Show the secret' })).toBeTruthy();
  });

  it('asks for no deliveries on behalf of those who may not read them', async () => {
    const api = apiWith();
    renderApp(AT);
    access.set({ state: 'open', role: 'admin', tenantId: null, abilities: ['subscriptions:read'] });

    await screen.findByRole('region', { name: 'Success by hour' });

    expect(api.requests.filter((each) => /deliveries|stats/.test(each))).toEqual([]);
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
    expect(screen.queryByRole('tab', { name: 'Test' })).toBeNull();
  });

  it('says that there is none of this id', async () => {
    apiWith({ [`GET ${AT}`]: { status: 404, body: problem(404, 'There is no such subscription.') } });
    renderApp(AT);

    expect((await screen.findByRole('alert')).textContent).toBe('There is no such subscription.');
  });

  it('is enabled with a word on what was held, and offers to send what it missed', async () => {
    const disabled = aSubscription({
      state: 'disabled',
      disabled_reason: 'gone',
      disabled_at: '2026-01-29T12:00:00.000Z',
      health: { state: 'disabled', waiting: 3 },
    });
    const replay = { kind: 'missing', subscription_id: disabled.id, since: 'a', until: 'b' };
    const sent: unknown[] = [];
    const api = apiWith({
      [`GET ${AT}`]: { body: disabled },
      'POST /replays': async (_, request) => {
        sent.push(await request.json());
        return { body: { matched: 2, rate: 50, first: [] } };
      },
    });
    patching(api, {
      body: { ...BILLING, revival: { disabled_reason: 'gone', disabled_at: '', held: 3, replay, summary: '' } },
    });
    renderApp(AT);

    await user.click(await screen.findByRole('button', { name: 'Enable' }));
    const question = await screen.findByRole('dialog', { name: 'Enable Billing?' });
    expect(question.textContent).toContain('3 deliveries that were held are sent now');
    await user.click(within(question).getByRole('button', { name: 'Enable' }));
    await user.click(await screen.findByRole('button', { name: 'Send 2 missed' }));

    expect(await screen.findByText(/A replay sends 2 events that it missed/)).toBeTruthy();
    expect(sent).toEqual([{ ...replay, dry_run: true }, replay]);
  });
});

describe('the settings of a subscription', () => {
  const user = userEvent.setup();

  it('are saved as far as they were changed, and a hidden header stays as it is', async () => {
    const api = apiWith();
    const bodies = patching(api, { body: BILLING });
    renderApp(`${AT}?tab=sending`);

    const timeout = await screen.findByRole('spinbutton', { name: 'Timeout, seconds' });
    await user.clear(timeout);
    await user.type(timeout, '30');
    const team = screen.getByRole('textbox', { name: 'Value of X-Team' });
    await user.clear(team);
    await user.type(team, 'sales');
    await user.click(screen.getByRole('button', { name: 'Save' }));

    await waitFor(() =>
      expect(bodies).toEqual([
        { timeout: 30, headers: { 'X-Api-Key': '[redacted]', 'X-Team': 'sales' }, shown_headers: ['X-Team'] },
      ]),
    );
  });

  it('stay as they were typed when the service refuses them, with the fault beside the field', async () => {
    const api = apiWith();
    const errors = [{ pointer: '/target_url', detail: 'must not point to 10.0.0.1 (private)' }];
    patching(api, { status: 422, body: { ...problem(422, 'The request has 1 fault.'), errors } });
    renderApp(`${AT}?tab=sending`);

    const target = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Target URL' });
    await user.clear(target);
    await user.type(target, 'https://10.0.0.1/{Enter}');

    expect(await screen.findByText('must not point to 10.0.0.1 (private)')).toBeTruthy();
    expect(target.value).toBe('https://10.0.0.1/');
    expect(target.getAttribute('aria-invalid')).toBe('true');
  });

  it('are not left unsaved by accident', async () => {
    apiWith();
    const view = renderApp(`${AT}?tab=types`);

    await user.type(await screen.findByRole('textbox', { name: 'Event types' }), 'user.created,');
    await user.click(screen.getByRole('tab', { name: 'Sending' }));
    const question = await screen.findByRole('dialog', { name: 'Leave without saving?' });
    await user.click(within(question).getByRole('button', { name: 'Keep everything as it is' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(view.url()).toBe(`${AT}?tab=types`);
    expect(screen.getByRole('button', { name: 'Remove user.created' })).toBeTruthy();

    await user.click(screen.getByRole('tab', { name: 'Sending' }));
    const again = await screen.findByRole('dialog', { name: 'Leave without saving?' });
    await user.click(within(again).getByRole('button', { name: 'Discard the changes' }));

    await waitFor(() => expect(view.url()).toBe(`${AT}?tab=sending`));
  });

  it('cannot be edited by those who may only read', async () => {
    apiWith();
    renderApp(`${AT}?tab=sending`);
    access.set({ state: 'open', role: 'admin', tenantId: null, abilities: ['subscriptions:read'] });

    const target = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Target URL' });

    expect(target.matches(':disabled')).toBe(true);
    expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
  });
});

describe('the secret of a subscription', () => {
  const user = userEvent.setup();

  it('is read and shown only when somebody asks for it', async () => {
    const api = apiWith();
    renderApp(`${AT}?tab=security`);
    const show = await screen.findByRole('button', { name: 'Show the secret' });
    expect(api.requests).not.toContain(`GET ${AT}/secret`);

    await user.click(show);

    expect(await screen.findByText('whsec_AAAA')).toBeTruthy();
    expect(api.requests.filter((each) => each === `GET ${AT}/secret`)).toHaveLength(1);
  });

  it('is read once while it is shown, and again after a rotation', async () => {
    const api = apiWith();
    const { queryClient } = renderApp(`${AT}?tab=security`);
    const reads = (path: string): number => api.requests.filter((each) => each === `GET ${path}`).length;
    await user.click(await screen.findByRole('button', { name: 'Show the secret' }));
    await screen.findByText('whsec_AAAA');
    const before = reads(AT);

    readAgain(queryClient);
    await waitFor(() => expect(reads(AT)).toBe(before + 1));
    expect(reads(`${AT}/secret`)).toBe(1);
    api.answer(`GET ${AT}/secret`, { body: { ...SECRETS, secret: 'whsec_BBBB' } });
    noteRotation(queryClient, BILLING.id);

    expect(await screen.findByText('whsec_BBBB')).toBeTruthy();
    expect(reads(`${AT}/secret`)).toBe(2);
  });

  it('is rotated with an overlap, and the end of the former one is shown', async () => {
    const sent: unknown[] = [];
    const former = {
      secret: 'whsec_AAAA',
      signature_scheme: 'v1',
      public_key: null,
      expires_at: '2100-01-01T00:00:00Z',
    };
    apiWith({
      [`POST ${AT}/rotate-secret`]: async (_, request) => {
        sent.push(await request.json());
        return { body: { ...SECRETS, secret: 'whsec_BBBB', previous: [former] } };
      },
    });
    renderApp(`${AT}?tab=security`);

    await user.click(await screen.findByRole('button', { name: 'Rotate' }));
    const dialog = await screen.findByRole('dialog', { name: 'Rotate the secret of Billing' });
    await user.selectOptions(within(dialog).getByLabelText('The present secret'), '3600');
    await user.click(within(dialog).getByRole('button', { name: 'Rotate' }));

    expect(await within(dialog).findByText(/Deliveries carry a signature of each until/)).toBeTruthy();
    expect(dialog.textContent).not.toContain('whsec_BBBB');
    await user.click(within(dialog).getAllByRole('button', { name: 'Show' })[0]!);
    expect(dialog.textContent).toContain('whsec_BBBB');
    expect(sent).toEqual([{ overlap: 3600, signature_scheme: 'v1' }]);
  });

  it('has verifying code in each language, without the secret in it', async () => {
    apiWith();
    const view = renderApp(`${AT}?tab=security`);

    await user.click(await screen.findByRole('button', { name: 'PHP' }));

    expect((await screen.findByLabelText('Verifying code in PHP')).textContent).toContain('hash_equals');
    expect(view.url()).toBe(`${AT}?tab=security&language=php`);
  });
});

describe('trying a receiver out', () => {
  const user = userEvent.setup();

  it('sends a payload as it was typed, and shows the answer with the sentence', async () => {
    const delivery = aDeliveryWithAttempts({ summary: 'The receiver answered 503; four attempts are left.' });
    const sent: string[] = [];
    apiWith({
      [`GET /deliveries/${delivery.id}`]: { body: delivery },
      [`POST ${AT}/test`]: async (_, request) => {
        sent.push(await request.text());
        return { body: { task_id: delivery.id, event_id: '', status: 'retrying', attempt: delivery.attempts[0] } };
      },
    });
    renderApp(`${AT}?tab=test`);

    await user.type(await screen.findByRole('combobox', { name: 'Event type' }), 'order.paid');
    await user.click(screen.getByRole('textbox', { name: 'Payload' }));
    await user.paste('{"total": 80.00}');
    await user.click(screen.getByRole('button', { name: 'Send a test' }));

    expect(await screen.findByText('The receiver answered 503 Service Unavailable after 120 ms.')).toBeTruthy();
    expect(await screen.findByText('The receiver answered 503; four attempts are left.')).toBeTruthy();
    expect(sent).toEqual(['{"event_type":"order.paid","payload":{"total": 80.00}}']);
  });

  it.each([
    ['test', 'Send a test'],
    ['check', 'Check the receiver'],
  ])('does it once after a double click: %s', async (path, name) => {
    const api = apiWith({ [`POST ${AT}/${path}`]: 'never' });
    renderApp(`${AT}?tab=test`);
    const button = await screen.findByRole('button', { name });

    for (const each of [button, button]) fireEvent.click(each);

    await waitFor(() => expect(button.matches(':disabled')).toBe(true));
    expect(api.requests.filter((each) => each.startsWith('POST'))).toEqual([`POST ${AT}/${path}`]);
  });

  it('checks it, and says for each check what to change', async () => {
    const sentence = 'The receiver accepted a request whose body was changed after signing (200).';
    apiWith({
      [`POST ${AT}/check`]: {
        body: {
          started_at: '2026-01-31T12:00:00.000Z',
          summary: 'Deliveries arrive, but 1 check failed (tampered_body).',
          checks: [{ name: 'tampered_body', result: 'failed', sentence, evidence: {} }],
          requests: [],
        },
      },
    });
    renderApp(`${AT}?tab=test`);

    await user.click(await screen.findByRole('button', { name: 'Check the receiver' }));

    expect(await screen.findByText(sentence)).toBeTruthy();
    expect(screen.getByText('Change it')).toBeTruthy();
    expect(screen.getByText('Deliveries arrive, but 1 check failed (refuses a changed body).')).toBeTruthy();
  });
});
