import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { access, tenant } from '../api/access';
import type { KeyAnswer, ListedSessionAnswer, PortalSessionAnswer, TenantAnswer } from '../api/generated';
import { fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { ABILITIES_OF_ALL, aSession } from '../testing/samples';

const AT = '2026-01-31T12:00:00.000Z';
const LATER = '2099-01-31T12:00:00.000Z';

const pageOf = (...data: unknown[]) => ({ body: { data, has_more: false, next_cursor: null } });

const TENANT: TenantAnswer = {
  id: 'acme',
  name: 'Acme Inc.',
  limits: { events_per_second: 200, burst: 200, subscriptions: 500 },
  frame_ancestors: ['https://app.acme.example'],
  created_at: AT,
  updated_at: AT,
};

const KEY: KeyAnswer = {
  id: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n',
  role: 'publisher',
  tenant_id: 'acme',
  name: 'shop backend',
  created_at: AT,
  created_by: null,
  rotated_from: null,
  expires_at: null,
  last_used_at: null,
};

const SESSION: ListedSessionAnswer = {
  id: aSession().id ?? '',
  role: 'admin',
  tenant_id: null,
  key_id: KEY.id,
  key_name: 'operations',
  address: '203.0.113.7',
  created_at: AT,
  last_used_at: AT,
  expires_at: LATER,
};

const PORTAL: PortalSessionAnswer = {
  id: 'pse_01k6zv1yqpe7rtqq6zjy2k3m4n',
  tenant_id: 'acme',
  capabilities: ['deliveries:read'],
  subscription_ids: null,
  return_url: 'https://app.example.com/',
  refresh_url: null,
  theme: null,
  expires_at: LATER,
  actor: 'user-42',
  created_at: AT,
  created_by: null,
  exchanged_at: null,
};

const user = userEvent.setup();

/** Bodies of requests with a method, as they arrive. */
function recorded(
  api: ReturnType<typeof fakeApi>,
  route: string,
  answer: { status?: number; body?: unknown },
): unknown[] {
  const bodies: unknown[] = [];
  api.answer(route, async (_, request) => {
    bodies.push((await request.clone().json()) as unknown);
    return answer;
  });
  return bodies;
}

const signedInAs = (tenantId: string | null, abilities = ABILITIES_OF_ALL): void =>
  void act(() => access.set({ state: 'signed-in', role: 'admin', tenantId, abilities, expiresAt: LATER }));

describe('tenants', () => {
  it('are changed in a window with a URL of its own, where an empty limit means the default', async () => {
    const api = fakeApi({ 'GET /tenants': pageOf(TENANT) });
    const bodies = recorded(api, 'PATCH /tenants/acme', { body: TENANT });
    const view = renderApp('/admin');

    await user.click(await screen.findByRole('button', { name: 'acme Acme Inc.' }));
    expect(view.url()).toBe('/admin?open=acme');
    const dialog = await screen.findByRole('dialog', { name: 'Tenant acme' });
    await user.clear(within(dialog).getByLabelText('At once'));
    await user.type(within(dialog).getByLabelText('Pages that may embed the portal'), '\nhttps://b.example');
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));

    await waitFor(() => expect(view.url()).toBe('/admin'));
    // Somebody else may have changed the rest meanwhile.
    expect(bodies).toEqual([
      { limits: { burst: null }, frame_ancestors: ['https://app.acme.example', 'https://b.example'] },
    ]);
  });

  it('are not changed where nothing was typed', async () => {
    const api = fakeApi({ 'GET /tenants': pageOf(TENANT) });
    const view = renderApp('/admin?open=acme');

    await user.click(await screen.findByRole('button', { name: 'Save' }));

    await waitFor(() => expect(view.url()).toBe('/admin'));
    expect(api.requests).not.toContain('PATCH /tenants/acme');
  });

  it('are created with what was typed', async () => {
    const api = fakeApi({ 'GET /tenants': pageOf() });
    const bodies = recorded(api, 'POST /tenants', { status: 201, body: TENANT });
    renderApp('/admin?new=tenant');

    await user.type(await screen.findByLabelText('Id'), 'acme');
    await user.type(screen.getByLabelText('Events per second'), '200');
    await user.click(screen.getByRole('button', { name: 'Create the tenant' }));

    expect(await screen.findByText('Tenant acme created.')).toBeTruthy();
    expect(bodies).toEqual([{ id: 'acme', limits: { events_per_second: 200 } }]);
  });

  it('keep what was typed when the service refuses it, with each fault at its field', async () => {
    const fault = { pointer: '/limits/burst', detail: 'requires events_per_second; set both' };
    const refusal = { ...problem(422, 'burst requires events_per_second'), errors: [fault] };
    fakeApi({ 'GET /tenants': pageOf(TENANT), 'POST /tenants': { status: 422, body: refusal } });
    renderApp('/admin?new=tenant');

    await user.type(await screen.findByLabelText('Id'), 'globex');
    await user.type(screen.getByLabelText('At once'), '9');
    await user.click(screen.getByRole('button', { name: 'Create the tenant' }));

    expect(await screen.findByText('requires events_per_second; set both')).toBeDefined();
    expect(screen.getByLabelText('At once').getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByLabelText<HTMLInputElement>('Id').value).toBe('globex');
  });

  it('are deleted only once their id was typed, and say why not', async () => {
    const api = fakeApi({
      'GET /tenants': pageOf(TENANT),
      'DELETE /tenants/acme': { status: 409, body: problem(409, 'Tenant acme still has API keys.') },
    });
    renderApp('/admin?open=acme');

    await user.click(await screen.findByRole('button', { name: 'Delete…' }));
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Delete the tenant' });
    expect(button.disabled).toBe(true);
    await user.type(screen.getByLabelText('Type acme to go on'), 'acme');
    await user.click(button);

    expect(await screen.findByText('Tenant acme still has API keys.')).toBeDefined();
    expect(api.requests).toContain('DELETE /tenants/acme');
  });

  it('are looked at by following their link, and not by pointing at it', async () => {
    const api = fakeApi({ 'GET /tenants': pageOf(TENANT) });
    const { router } = renderApp('/admin');
    const look = await screen.findByRole('link', { name: 'Look at the deliveries of acme' });

    // What a link does when it is pointed at, or has the focus.
    await router.preloadRoute({ to: '/deliveries', search: { tenant: 'acme' } });
    expect(tenant.get()).toBeNull();
    await user.click(look);

    await waitFor(() => expect(tenant.get()).toBe('acme'));
    expect(api.requests.some((each) => each.startsWith('GET /deliveries'))).toBe(true);
  });

  it('are made by keys of all tenants only', async () => {
    fakeApi({ 'GET /tenants': pageOf(TENANT) });
    renderApp('/admin');
    signedInAs('acme');

    expect(await screen.findByRole('button', { name: 'acme Acme Inc.' })).toBeDefined();
    expect(screen.queryByRole('button', { name: 'New tenant' })).toBeNull();
    expect(screen.queryByRole('tab', { name: 'System' })).toBeNull();
  });
});

describe('API keys', () => {
  const SECRET = 'whk_01k6zv1yqpe7rtqq6zjy2k3m4n_secret';

  it('are shown once, in a window that only its button closes', async () => {
    const api = fakeApi({ 'GET /keys': pageOf(KEY) });
    const bodies = recorded(api, 'POST /keys', { status: 201, body: { ...KEY, key: SECRET } });
    const view = renderApp('/admin?section=keys');

    await user.click(await screen.findByRole('button', { name: 'New key' }));
    await user.type(await screen.findByLabelText('Name'), 'billing');
    await user.selectOptions(screen.getByLabelText('Role'), 'admin');
    await user.clear(screen.getByLabelText('Tenant'));
    await user.click(screen.getByRole('button', { name: 'Create the key' }));

    expect((await screen.findByLabelText('The key')).textContent).toBe(SECRET);
    expect(bodies).toEqual([{ role: 'admin', tenant_id: null, name: 'billing', expires_at: null }]);
    await user.keyboard('{Escape}');
    expect(screen.getByLabelText('The key')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Done' }));
    await waitFor(() => expect(screen.queryByLabelText('The key')).toBeNull());
    expect(view.url()).toBe('/admin?section=keys');
  });

  it('are rotated with an overlap, and revoked after a question', async () => {
    const api = fakeApi({ 'GET /keys': pageOf(KEY), [`DELETE /keys/${KEY.id}`]: { status: 200 } });
    const bodies = recorded(api, `POST /keys/${KEY.id}/rotate`, { status: 201, body: { ...KEY, key: SECRET } });
    renderApp('/admin?section=keys');

    await user.click(await screen.findByRole('button', { name: 'Rotate' }));
    await user.selectOptions(await screen.findByLabelText('The old key ends'), 'in an hour');
    await user.click(screen.getByRole('button', { name: 'Make the new key' }));
    expect(await screen.findByText(/The old key works until/)).toBeDefined();
    expect(bodies).toEqual([{ overlap: 3600 }]);
    await user.click(screen.getByRole('button', { name: 'Done' }));

    await user.click(await screen.findByRole('button', { name: 'Revoke' }));
    expect(api.requests).not.toContain(`DELETE /keys/${KEY.id}`);
    await user.click(await screen.findByRole('button', { name: 'Revoke the key' }));
    await waitFor(() => expect(api.requests).toContain(`DELETE /keys/${KEY.id}`));
  });
});

describe('sessions', () => {
  it('name the own one, whose end signs out', async () => {
    fakeApi({
      'GET /sessions': pageOf(SESSION),
      'GET /session': { body: aSession() },
      [`DELETE /sessions/${SESSION.id}`]: { status: 200 },
    });
    renderApp('/admin?section=sessions');
    signedInAs(null);

    expect(await screen.findByText('this browser')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'End' }));
    await user.click(await screen.findByRole('button', { name: 'End the session' }));

    await waitFor(() => expect(access.get()).toMatchObject({ state: 'signed-out' }));
  });
});

describe('portal links', () => {
  it('are made with the chosen capabilities, and shown once', async () => {
    const api = fakeApi({ 'GET /portal-sessions': pageOf() });
    const made = { id: PORTAL.id, url: 'http://localhost/portal?tenant=acme#code=whc_1', expires_at: LATER };
    const bodies = recorded(api, 'POST /portal-sessions', { status: 201, body: made });
    renderApp('/admin?section=portals&new=portal&tenant=acme');

    await user.click(await screen.findByLabelText(/Retry and cancel/));
    await user.click(screen.getByLabelText(/Read payloads/));
    await user.click(screen.getByRole('button', { name: 'Make the link' }));

    expect((await screen.findByLabelText('The link')).textContent).toBe(made.url);
    expect(bodies).toMatchObject([
      { tenant_id: 'acme', capabilities: ['subscriptions:read', 'deliveries:read', 'payloads:read'], expires_in: 3600 },
    ]);
  });

  it('end one by one, or all of a tenant', async () => {
    const api = fakeApi({
      'GET /portal-sessions': pageOf(PORTAL),
      [`DELETE /portal-sessions/${PORTAL.id}`]: { status: 200 },
      'DELETE /portal-sessions': { status: 200 },
    });
    renderApp('/admin?section=portals');

    await user.click(await screen.findByRole('button', { name: 'End' }));
    await user.click(await screen.findByRole('button', { name: 'End the session' }));
    await waitFor(() => expect(api.requests).toContain(`DELETE /portal-sessions/${PORTAL.id}`));
    await user.click(await screen.findByRole('button', { name: 'End all of acme' }));
    await user.click(await screen.findByRole('button', { name: 'End all of them' }));

    await waitFor(() => expect(api.requests).toContain('DELETE /portal-sessions?tenant_id=acme'));
  });
});

describe('the screen of admins', () => {
  it('says who it is for to others', async () => {
    const api = fakeApi({});
    renderApp('/admin');
    signedInAs('acme', ['deliveries:read']);

    expect(await screen.findByText('This is for admins')).toBeDefined();
    expect(api.requests.filter((each) => each.includes('/audit'))).toEqual([]);
  });
});
