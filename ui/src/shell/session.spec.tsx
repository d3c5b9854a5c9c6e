import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { access, type Ability, noteRefusedKey } from '../api/access';
import { changeDraft, draft } from '../publish/draft';
import { ABILITIES_OF_ALL, aSession } from '../testing/samples';
import { fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';

const ENDED = { status: 401, body: problem(401, 'This session has ended.') };
const TENANTS = {
  body: {
    data: [],
    has_more: false,
    next_cursor: null,
  },
};

function signedIn(
  given: { abilities?: readonly Ability[]; expiresAt?: string; role?: 'admin' | 'publisher' } = {},
): void {
  const { abilities = ABILITIES_OF_ALL, role = 'admin', expiresAt = '2099-01-01T00:00:00.000Z' } = given;
  const { key_id: keyId } = aSession();
  void act(() => access.set({ state: 'signed-in', role, tenantId: null, keyId, abilities, expiresAt }));
}

const secondsFromNow = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

describe('a session that ends', () => {
  const user = userEvent.setup();
  const over = (): Promise<HTMLElement> => screen.findByRole('dialog', { name: 'Sign in to go on' });

  it('asks for a key over the screen, and goes on there with what was typed', async () => {
    const api = fakeApi({ 'GET /tenants': TENANTS, 'POST /tenants': ENDED });
    const { url } = renderApp('/admin?new=tenant');
    signedIn();
    await user.type(await screen.findByLabelText('Id'), 'acme');
    await user.click(screen.getByRole('button', { name: 'Create the tenant' }));

    const dialog = await over();
    api.answer('POST /session', { status: 201, body: aSession() });
    await user.type(within(dialog).getByLabelText(/With an API key/), 'whk_again{Enter}');

    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Sign in to go on' })).toBeNull());
    expect(url()).toBe('/admin?new=tenant');
    expect(screen.getByLabelText<HTMLInputElement>('Id').value).toBe('acme');
  });

  it('stays over the screen, with what was typed, while the key is wrong', async () => {
    fakeApi({ 'GET /tenants': TENANTS, 'POST /session': ENDED });
    renderApp('/admin');
    signedIn();
    await screen.findByText('No tenants');
    void act(() => access.set({ state: 'ended', role: 'admin', tenantId: null, abilities: ABILITIES_OF_ALL }));

    const field = within(await over()).getByLabelText<HTMLInputElement>(/With an API key/);
    await user.type(field, 'whk_wrong{Enter}');

    expect(await screen.findByText(/not known/)).toBeDefined();
    expect(field.value).toBe('whk_wrong');
  });

  it('begins with an empty page for another key, and asks for everything again', async () => {
    const api = fakeApi({ 'GET /tenants': TENANTS });
    renderApp('/admin?new=tenant');
    signedIn();
    await user.type(await screen.findByLabelText('Id'), 'acme');
    changeDraft({ payload: 'of the first key' });
    const states: string[] = [];
    const stop = access.subscribe(() => states.push(access.get().state));
    void act(noteRefusedKey);
    const dialog = await over();
    const before = api.requests.filter((each) => each.startsWith('GET /tenants')).length;

    api.answer('POST /session', { status: 201, body: aSession({ key_id: 'key_other' }) });
    await user.type(within(dialog).getByLabelText(/With an API key/), 'whk_other{Enter}');

    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Sign in to go on' })).toBeNull());
    stop();
    expect(states).toEqual(['ended', 'signed-out', 'signed-in']);
    expect((await screen.findByLabelText<HTMLInputElement>('Id')).value).toBe('');
    expect(draft.get().payload).not.toBe('of the first key');
    await waitFor(() =>
      expect(api.requests.filter((each) => each.startsWith('GET /tenants')).length).toBeGreaterThan(before),
    );
  });

  it('is announced, and goes on when somebody wants to stay', async () => {
    const api = fakeApi({ 'GET /tenants': TENANTS });
    api.answer('GET /session', () => ({ body: aSession({ expires_at: secondsFromNow(1800) }) }));
    renderApp('/admin');
    signedIn({ expiresAt: secondsFromNow(1800) });
    await screen.findByText('No tenants');
    expect(screen.queryByText(/Your session ends/)).toBeNull();
    signedIn({ expiresAt: secondsFromNow(0.2) });

    await waitFor(() => expect(api.requests).toContain('GET /session'));
    await waitFor(() => expect(access.get()).toMatchObject({ state: 'signed-in' }));
    expect(screen.queryByText(/Your session ends/)).toBeNull();
  });

  it('shows its end when nothing has happened on the page for long', async () => {
    fakeApi({ 'GET /tenants': TENANTS, 'GET /session': ENDED });
    renderApp('/admin');
    signedIn({ expiresAt: secondsFromNow(0.2) });

    expect(await over()).toBeDefined();
  });
});

describe('a key that may only publish', () => {
  it('is led from the root to the first screen that it may use, and is offered no other', async () => {
    fakeApi({});
    const { url } = renderApp('/');
    signedIn({ role: 'publisher', abilities: ['events:publish'] });

    await waitFor(() => expect(url()).toBe('/publish'));
    const links = within(screen.getByRole('navigation', { name: 'Screens' })).getAllByRole('link');
    expect(links.map((link) => link.getAttribute('aria-label'))).toEqual(['Publish', 'Verify', 'API reference']);
  });
});
