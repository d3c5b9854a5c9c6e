import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { SignIn } from '../shell/sign-in';
import { fakeApi, problem } from '../testing/fake-api';
import { access, beginAccess, requestHeaders, tenant } from './access';
import { setUpClient } from './client';
import { listSubscriptions } from './generated';

setUpClient();

describe('signing in', () => {
  const user = userEvent.setup();
  const type = async (key: string): Promise<void> => {
    await user.type(screen.getByLabelText(/With an API key/), `${key}{Enter}`);
  };

  beforeEach(() => {
    beginAccess(false);
    tenant.set(null);
  });

  it('sends the key with each request from then on', async () => {
    const keys: (string | null)[] = [];
    fakeApi({
      'GET /subscriptions': (_, { headers }) => {
        keys.push(headers.get('authorization'));
        return { body: { data: [], has_more: false, next_cursor: null } };
      },
    });
    render(<SignIn refusal={null} />);

    await type('whk_good');

    expect(access.get()).toEqual({ state: 'signed-in' });
    expect(keys).toEqual(['Bearer whk_good']);
    tenant.set('acme');
    expect(requestHeaders()).toEqual({ Authorization: 'Bearer whk_good', 'X-Tenant': 'acme' });
  });

  it.each([
    ['an unknown key', { status: 401, body: problem(401, 'The API key is unknown.') }, /not known/],
    [
      'a key that may read nothing',
      { status: 403, body: problem(403, 'Your key has the role publisher.') },
      /role publisher/,
    ],
    ['a service that is away', 'away' as const, /does not answer/],
  ])('says what is wrong with %s, and keeps what was typed', async (_, answer, words) => {
    fakeApi({ 'GET /subscriptions': answer, 'GET /health/live': 'away' });
    render(<SignIn refusal={null} />);

    await type('whk_typed');

    expect((await screen.findByRole('alert')).textContent).toMatch(words);
    expect(screen.getByLabelText<HTMLInputElement>(/With an API key/).value).toBe('whk_typed');
    expect(access.get().state).toBe('signed-out');
    expect(requestHeaders()).toEqual({});
  });

  it('ends, with a reason, when the key is no longer accepted', async () => {
    const api = fakeApi({ 'GET /subscriptions': { body: { data: [] } } });
    render(<SignIn refusal={null} />);
    await type('whk_good');
    api.answer('GET /subscriptions', { status: 401, body: problem(401, 'The API key is unknown.') });

    await listSubscriptions();

    expect(access.get()).toMatchObject({
      state: 'signed-out',
      refusal: expect.stringContaining('no longer') as string,
    });
    expect(requestHeaders()).toEqual({});
  });
});
