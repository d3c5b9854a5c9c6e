import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Host, hostOrigin } from './host';

const ORIGIN = 'https://app.example.com';
const LINK = 'https://webhooks.example.com/portal?tenant=acme#code=whc_2';

describe('the page around the portal', () => {
  const page = { postMessage: vi.fn() };
  const onCode = vi.fn();
  let host: Host;

  beforeEach(() => {
    vi.useFakeTimers();
    host = new Host(page, ORIGIN, onCode);
  });
  afterEach(() => {
    host.leave();
    vi.useRealTimers();
  });

  const say = (data: unknown, { source = page, origin = ORIGIN }: { source?: unknown; origin?: string } = {}): void => {
    window.dispatchEvent(new MessageEvent('message', { data, origin, source: source as Window }));
  };

  it('is told things at its own origin, and at no other', () => {
    host.tell({ type: 'webhook-portal:size', height: 400 });

    expect(page.postMessage.mock.calls).toEqual([[{ type: 'webhook-portal:size', height: 400 }, ORIGIN]]);
  });

  it('is asked for a link, and answers with one', async () => {
    const code = host.ask('ended');
    expect(page.postMessage.mock.calls).toEqual([[{ type: 'webhook-portal:expired', reason: 'ended' }, ORIGIN]]);

    say({ type: 'webhook-portal:link', url: LINK });

    expect(await code).toBe('whc_2');
    expect(onCode).not.toHaveBeenCalled();
  });

  it('is waited for no longer than ten seconds, and may answer later', async () => {
    const code = host.ask('ended');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await code).toBeNull();

    say({ type: 'webhook-portal:link', url: LINK });

    expect(onCode.mock.calls).toEqual([['whc_2']]);
  });

  it.each([
    ['another origin', { type: 'webhook-portal:link', url: LINK }, { origin: 'https://evil.example' }],
    ['another window', { type: 'webhook-portal:link', url: LINK }, { source: { postMessage: vi.fn() } }],
    ['another script', { type: 'other', url: LINK }, {}],
    ['nobody in particular', null, {}],
    ['a link without a code', { type: 'webhook-portal:link', url: 'https://webhooks.example.com/portal' }, {}],
    ['something else than a link', { type: 'webhook-portal:link', url: 7 }, {}],
  ])('is not believed if a message is of %s', (_, data, from) => {
    say(data, from);

    expect(onCode).not.toHaveBeenCalled();
  });
});

describe('the origin of the page around the portal', () => {
  const both = [ORIGIN, 'https://b.example'];

  it.each([
    ['is the innermost one', both, ['https://b.example', ORIGIN], 'https://b.example'],
    ['is the only one that is listed, if the browser tells nothing', [ORIGIN], [], ORIGIN],
    ['is unknown, if it is not listed', both, ['https://evil.example', ORIGIN], null],
    ['is unknown, if there are several and the browser tells nothing', both, [], null],
    ['is unknown, if none is listed', [], [], null],
  ])('%s', (_, listed, around, origin) => {
    expect(hostOrigin(listed, around)).toBe(origin);
  });
});
