import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable } from '../api/failure';
import type { ExchangedPortalSessionAnswer } from '../api/generated';
import { problem } from '../testing/fake-api';
import { aPortal } from '../testing/portal-samples';
import type { ExpiredReason } from './messages';
import { PortalSession, type Surroundings } from './portal-session';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');
const used = new Refused(401, problem(401, 'This link was used already. Go back, and open the portal again.'));

describe('the session of a portal', () => {
  const exchange = vi.fn<(code: string) => Promise<ExchangedPortalSessionAnswer>>();
  const ask = vi.fn<(reason: ExpiredReason) => Promise<string | null>>();
  const tell = vi.fn();
  const goAndRenew = vi.fn<(url: string) => boolean>();

  const sessionWith = (given: Partial<Surroundings> = {}): PortalSession =>
    new PortalSession({ exchange, host: Promise.resolve(null), goAndRenew, remembered: null, ...given });
  const host = Promise.resolve({ ask, tell });

  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    vi.resetAllMocks();
    exchange.mockImplementation((code) => Promise.resolve(aPortal({ token: `whp_${code}` })));
  });
  afterEach(() => {
    vi.clearAllTimers();
    vi.useRealTimers();
  });

  it('begins with the code of a link, and keeps its token out of what is shown', async () => {
    const session = sessionWith();

    await session.begin('1');

    expect(await session.bearer()).toBe('whp_1');
    expect(session.view.get()).toMatchObject({ phase: 'open', terms: { tenant_id: 'acme' }, words: null });
    expect(JSON.stringify(session.view.get())).not.toContain('whp_');
  });

  it('says in the words of the service why a link does not work', async () => {
    exchange.mockRejectedValue(used);
    const session = sessionWith();

    await session.begin('1');

    expect(session.view.get()).toEqual({ phase: 'ended', terms: null, words: used.message });
    expect(await session.bearer()).toBeNull();
  });

  it('tries again with the same code while the service is away', async () => {
    exchange.mockRejectedValueOnce(new Unreachable()).mockRejectedValueOnce(new Refused(503, null));
    const session = sessionWith();

    const begun = session.begin('1');
    await vi.advanceTimersByTimeAsync(2000);
    await begun;

    expect(exchange.mock.calls).toEqual([['1'], ['1'], ['1']]);
    expect(session.view.get().phase).toBe('open');
  });

  it('asks the host a minute before its end, and goes on with the new token', async () => {
    ask.mockResolvedValue('2');
    const session = sessionWith({ host });
    await session.begin('1');

    await vi.advanceTimersByTimeAsync(59 * 60_000 - 1);
    expect(ask).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    expect(ask.mock.calls).toEqual([['expiring']]);
    expect(await session.bearer()).toBe('whp_2');
    expect(tell.mock.calls[0]).toEqual([{ type: 'webhook-portal:ready', expires_at: '2026-01-31T13:00:00.000Z' }]);
  });

  it('does not ask again and again if the clock of the browser is ahead', async () => {
    exchange.mockResolvedValue(aPortal({ expires_at: '2026-01-31T11:00:00.000Z' }));
    ask.mockResolvedValue('2');
    const session = sessionWith({ host });
    await session.begin('1');

    await vi.advanceTimersByTimeAsync(29_999);
    expect(ask).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_001);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it('is renewed once for all requests that were refused, and they wait for it', async () => {
    const session = sessionWith({ host });
    await session.begin('1');
    let answer: (code: string) => void = () => undefined;
    ask.mockImplementation(() => new Promise((resolve) => (answer = resolve)));

    const refusals = [session.noteRefusal('whp_1'), session.noteRefusal('whp_1')];
    const later = session.bearer();
    await vi.advanceTimersByTimeAsync(0);
    expect(session.view.get()).toMatchObject({ phase: 'renewing', terms: { tenant_id: 'acme' } });
    answer('2');

    expect(await Promise.all(refusals)).toEqual([true, true]);
    expect(await later).toBe('whp_2');
    expect(ask.mock.calls).toEqual([['ended']]);
    // A request that was under way with the old token.
    expect(await session.noteRefusal('whp_1')).toBe(true);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('keeps its terms, and so the screens, when nobody renews it', async () => {
    ask.mockResolvedValue(null);
    const session = sessionWith({ host });
    await session.begin('1');

    expect(await session.noteRefusal('whp_1')).toBe(false);

    expect(session.view.get()).toMatchObject({
      phase: 'ended',
      terms: { tenant_id: 'acme' },
      words: 'Your session has ended. Reload the page around it.',
    });
    expect(await session.bearer()).toBeNull();
    await session.take('3');
    expect(session.view.get()).toMatchObject({ phase: 'open', words: null });
  });

  it('goes to the page of the host that renews it, or else says where to go', async () => {
    const refresh_url = 'https://app.example.com/portal';
    exchange.mockResolvedValue(aPortal({ token: 'whp_1', refresh_url }));
    goAndRenew.mockReturnValueOnce(true).mockReturnValueOnce(false);
    const session = sessionWith();
    await session.begin('1');

    expect(await session.noteRefusal('whp_1')).toBe(false);
    expect(goAndRenew.mock.calls).toEqual([[refresh_url]]);
    expect(session.view.get().phase).toBe('renewing');

    expect(await session.noteRefusal('whp_1')).toBe(false);
    expect(session.view.get().words).toBe(
      'Your session has ended. Go back to app.example.com, and open the portal again.',
    );
  });

  it.each([
    [
      'a tab that had one',
      { return_url: 'https://app.example.com/settings', refresh_url: null },
      /^Reloading .* app\.example\.com/,
    ],
    ['another tab', null, /opened by a link that works once.* the page that led you here/],
  ])('says what to do when there is no code in %s', async (_, remembered, words) => {
    const session = sessionWith({ remembered });

    await session.begin(null);

    expect(session.view.get()).toMatchObject({
      phase: 'ended',
      terms: null,
      words: expect.stringMatching(words) as string,
    });
    expect(exchange).not.toHaveBeenCalled();
  });

  it.each([null, 'used'])('asks the host when the page was reloaded, with code %s', async (code) => {
    exchange.mockImplementation((given) =>
      given === 'used' ? Promise.reject(used) : Promise.resolve(aPortal({ token: 'whp_2' })),
    );
    ask.mockResolvedValue('2');
    const session = sessionWith({ host });

    await session.begin(code);

    expect(ask.mock.calls).toEqual([['reloaded']]);
    expect(session.view.get()).toMatchObject({ phase: 'open', words: null });
  });

  it('is not ended by a code that does not work', async () => {
    const session = sessionWith({ host });
    await session.begin('1');
    exchange.mockRejectedValue(used);

    expect(await session.take('used')).toBe(false);

    expect(session.view.get().phase).toBe('open');
    expect(await session.bearer()).toBe('whp_1');
  });
});
