import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { access } from '../api/access';
import { fakeApi } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { handOver, readVerifyState } from './verify-state';

const SECRETS = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signature_scheme: 'v1',
  public_key: null,
  previous: [],
};
const SUBSCRIPTION = { id: 'sub_1', description: 'Globex billing', target_url: 'https://hooks.globex.example/in' };

describe('the verify tool', () => {
  const user = userEvent.setup();
  beforeEach(() => {
    vi.stubGlobal('isSecureContext', true);
  });

  const api = () =>
    fakeApi({
      'GET /subscriptions': { body: { data: [SUBSCRIPTION], has_more: false, next_cursor: null } },
      'GET /subscriptions/sub_1/secret': { body: SECRETS },
    });

  it('verifies as one types, names the mistake, and sends nothing anywhere', async () => {
    const { requests } = api();
    const view = renderApp('/verify');
    await user.click(await screen.findByRole('button', { name: 'Fill in an example' }));
    expect(await screen.findByText('Verified')).toBeTruthy();

    await user.type(screen.getByRole('textbox', { name: 'Body' }), '{Enter}');

    expect(await screen.findByText(/A line break was added at its end/)).toBeTruthy();
    expect(requests.filter((each) => !each.startsWith('GET /subscriptions'))).toEqual([]);
    expect(view.url()).toBe('/verify');
  });

  it('hides the secret until it is asked for, also that of a subscription', async () => {
    api();
    renderApp('/verify');
    await screen.findByRole('option', { name: 'Globex billing' });

    await user.selectOptions(screen.getByRole('combobox', { name: 'Subscription' }), 'Globex billing');

    const field = await screen.findByDisplayValue(SECRETS.secret);
    expect(field.getAttribute('type')).toBe('password');
    await user.click(screen.getByRole('button', { name: 'Show the secret' }));
    expect(field.getAttribute('type')).toBe('text');
  });

  it('says why it cannot work on a page that came over plain http', async () => {
    vi.stubGlobal('isSecureContext', false);
    api();
    renderApp('/verify');

    expect(await screen.findByText('This needs https')).toBeTruthy();
  });
});

describe('what another screen hands over', () => {
  const given = { headers: 'a: 1', body: 'x' };
  const nothing = { headers: '', body: '' };

  it('is found by the state of the history, which has a number only', () => {
    const state = handOver(given);
    handOver({ headers: 'b: 2', body: 'y' });

    expect(readVerifyState(state)).toEqual(given);
    expect(JSON.stringify(state)).toMatch(/^\{"verify":\d+\}$/);
  });

  it('is gone for whoever signs in next', () => {
    const state = handOver(given);

    access.set({ state: 'signed-out', refusal: null });

    expect(readVerifyState(state)).toEqual(nothing);
  });

  it('is kept for the last few requests only', () => {
    const [first] = Array.from({ length: 21 }, () => handOver(given));

    expect(readVerifyState(first)).toEqual(nothing);
  });

  it.each([null, {}, { verify: 1 }, { verify: { headers: 'a: 1', body: 'x' } }])('may be nothing: %j', (state) => {
    expect(readVerifyState(state)).toEqual(nothing);
  });
});
