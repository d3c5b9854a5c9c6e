import { describe, expect, it, vi } from 'vitest';
import { awaitCode, offerCode } from './other-tab';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');

describe('a tab that is opened to renew another', () => {
  it('hands its code over, once', async () => {
    const take = vi.fn(() => Promise.resolve(true));
    awaitCode('acme', NOW, take);

    expect(await offerCode('acme', 'whc_2', NOW)).toBe(true);

    expect(take.mock.calls).toEqual([['whc_2']]);
    expect(await offerCode('acme', 'whc_3', NOW)).toBe(false);
  });

  it.each([
    ['of another tenant waits', 'beta', NOW],
    ['has waited for too long', 'acme', NOW + 10 * 60_000 + 1],
  ])('keeps its code if the other one %s', async (_, tenant, now) => {
    const take = vi.fn(() => Promise.resolve(true));
    awaitCode('acme', NOW, take);

    expect(await offerCode(tenant, 'whc_2', now)).toBe(false);

    expect(take).not.toHaveBeenCalled();
    // Ends what waits.
    await offerCode('acme', 'whc_3', NOW);
  });
});
