import { describe, expect, it } from 'vitest';
import { go, place } from './place';

describe('the place of the portal', () => {
  it('has a state to read members of, whether the navigation passed any on or not', async () => {
    await go({ to: '/deliveries' });
    expect(place.get()).toEqual({ pathname: '/deliveries', search: {}, state: {} });

    await go({ to: '/verify', state: { verify: { body: 'a' } } });
    expect(place.get().state).toEqual({ verify: { body: 'a' } });
  });
});
