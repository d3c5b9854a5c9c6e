import { beforeEach, describe, expect, it, vi } from 'vitest';
import { access, enter, noteRefusedKey, tenant } from '../api/access';
import { setUpClient } from '../api/client';
import { type FakeApi, fakeApi } from '../testing/fake-api';
import { aSession } from '../testing/samples';
import { demoState } from './demo-state';
import { removeDemo, startDemo } from './page-demo';
import { MADE_BY } from './plan';

setUpClient();

const signOut = (): void => access.set({ state: 'signed-out', refusal: null });

/** A service that is slow, so that the demo has begun and goes on. */
function slowApi(): FakeApi {
  return fakeApi({
    'GET /subscriptions': { body: { data: [], next_cursor: null } },
    'POST /subscriptions': 'never',
  });
}

describe('the sample traffic of a page', () => {
  beforeEach(() => {
    signOut();
    enter(aSession());
  });

  it.each([
    ['signs out', signOut, 'idle'],
    ['signs in with another key', () => enter(aSession({ key_id: 'key_other' })), 'idle'],
    ['is no longer signed in', noteRefusedKey, 'stopped'],
    ['looks at another tenant', () => tenant.set('globex'), 'stopped'],
  ] as const)('ends when somebody %s', async (_, leave, state) => {
    const api = slowApi();
    const running = startDemo();
    await vi.waitFor(() => expect(api.requests).toContain('POST /subscriptions'));
    const before = api.requests.length;

    leave();
    await running;

    expect(demoState.get().state).toBe(state);
    expect(api.requests).toHaveLength(before);
    tenant.set(null);
  });

  it('can be made again by whoever comes next, while that of the one before ends', async () => {
    const api = slowApi();
    const first = startDemo();
    await vi.waitFor(() => expect(api.requests).toContain('POST /subscriptions'));

    enter(aSession({ key_id: 'key_other' }));
    const second = startDemo();
    await first;

    expect(demoState.get().state).toBe('running');
    signOut();
    await second;
  });

  it('is not removed any further for somebody else', async () => {
    const made = ['sub_1', 'sub_2'].map((id) => ({ id, metadata: { made_by: MADE_BY } }));
    const api = fakeApi({ 'GET /subscriptions': { body: { data: made, next_cursor: null } } });
    api.answer('DELETE /subscriptions/sub_1', () => {
      enter(aSession({ key_id: 'key_other' }));
      return { status: 200 };
    });

    expect(await removeDemo()).toBeNull();
    expect(api.requests).not.toContain('DELETE /subscriptions/sub_2');
  });
});
