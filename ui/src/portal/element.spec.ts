import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

const LINK = 'https://webhooks.example.com/portal?tenant=acme#code=whc_1';
const NEXT = 'https://webhooks.example.com/portal?tenant=acme#code=whc_2';
const ORIGIN = 'https://webhooks.example.com';

describe('<webhook-portal>', () => {
  let element: HTMLElement;
  const said = vi.fn();

  beforeAll(async () => {
    await import('./element');
  });
  beforeEach(() => {
    element = document.createElement('webhook-portal');
    element.setAttribute('src', LINK);
    document.body.append(element);
    vi.spyOn(frame().contentWindow!, 'postMessage').mockImplementation(said);
  });
  afterEach(() => element.remove());

  const frame = (): HTMLIFrameElement => element.shadowRoot!.querySelector('iframe')!;
  const hear = (data: unknown, origin = ORIGIN, source: MessageEventSource | null = frame().contentWindow): void => {
    window.dispatchEvent(new MessageEvent('message', { data, origin, source }));
  };

  it('shows the portal of its link in a frame that has a name and may copy', () => {
    expect([frame().src, frame().title, frame().allow]).toEqual([LINK, 'Webhooks', 'clipboard-write']);
  });

  it('says what the portal says, and takes its height', () => {
    const heard: unknown[] = [];
    for (const name of ['ready', 'expired']) {
      element.addEventListener(name, (event) => heard.push((event as CustomEvent).detail));
    }

    hear({ type: 'webhook-portal:ready', expires_at: '2026-01-31T13:00:00.000Z' });
    hear({ type: 'webhook-portal:size', height: 480 });
    hear({ type: 'webhook-portal:expired', reason: 'ended' });

    expect(heard).toEqual([
      { type: 'webhook-portal:ready', expires_at: '2026-01-31T13:00:00.000Z' },
      { type: 'webhook-portal:expired', reason: 'ended' },
    ]);
    expect(element.style.height).toBe('480px');
  });

  it('hands a new link to a portal that is open, without loading it again', () => {
    hear({ type: 'webhook-portal:expired', reason: 'expiring' });

    element.setAttribute('src', NEXT);

    expect(said.mock.calls).toEqual([[{ type: 'webhook-portal:link', url: NEXT }, ORIGIN]]);
    expect(frame().src).toBe(LINK);
  });

  it.each([
    ['before the portal was there', NEXT, false],
    ['to another service', 'https://other.example/portal?tenant=acme#code=whc_2', true],
  ])('loads a link that comes %s', (_, url, isOpen) => {
    if (isOpen) hear({ type: 'webhook-portal:ready', expires_at: '' });

    element.setAttribute('src', url);

    expect(said).not.toHaveBeenCalled();
    expect(frame().src).toBe(url);
  });

  it.each([
    ['another origin', { type: 'webhook-portal:size', height: 1 }, 'https://evil.example', undefined],
    ['another window', { type: 'webhook-portal:size', height: 1 }, ORIGIN, window],
    ['another script', { type: 'other:size', height: 1 }, ORIGIN, undefined],
    ['nobody in particular', null, ORIGIN, undefined],
  ])('believes no message of %s', (_, data, origin, source) => {
    hear(data, origin, source);

    expect(element.style.height).toBe('');
  });
});
