import { describe, expect, it, vi } from 'vitest';
import { awaitCode, offerCode } from './other-tab';
import { isAwaited } from './waiting-tab';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');

describe('a tab that is opened to renew another', () => {
  it('hands its code over, once', async () => {
    const take = vi.fn(() => Promise.resolve(true));
    awaitCode('acme', NOW, take);
    expect(isAwaited('acme', NOW)).toBe(true);

    expect(await offerCode('acme', 'whc_2')).toBe(true);

    expect(take.mock.calls).toEqual([['whc_2']]);
    expect(isAwaited('acme', NOW)).toBe(false);
    // The other tab is gone without a word.
    expect(await offerCode('acme', 'whc_3')).toBe(false);
  });

  it('keeps its code if the other one is of another tenant, or has waited for too long', async () => {
    const take = vi.fn(() => Promise.resolve(true));
    awaitCode('acme', NOW, take);

    expect(isAwaited('beta', NOW)).toBe(false);
    expect(isAwaited('acme', NOW + 10 * 60_000 + 1)).toBe(false);
    expect(await offerCode('beta', 'whc_2')).toBe(false);
    expect(take).not.toHaveBeenCalled();
    // Ends what waits.
    await offerCode('acme', 'whc_3');
  });
});
