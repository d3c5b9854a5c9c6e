import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followSize } from './size';

describe('the height of the page', () => {
  const tell = vi.fn();
  let stop: () => void;

  const scroller = (content: number): HTMLElement => {
    const element = document.createElement('div');
    element.className = 'overflow-y-auto';
    const child = document.createElement('div');
    child.getBoundingClientRect = () => new DOMRect(0, 0, 100, content);
    element.append(child);
    return element;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    // Every element is 800 px high in these tests.
    vi.stubGlobal('innerHeight', 900);
    stop = followSize(tell);
  });
  afterEach(() => {
    stop();
    document.body.replaceChildren();
    vi.useRealTimers();
  });

  it('is that at which nothing scrolls, and is told when it changes', async () => {
    document.body.append(scroller(300));
    await vi.advanceTimersByTimeAsync(150);
    expect(tell.mock.calls).toEqual([[400]]);

    document.body.append(scroller(5000));
    await vi.advanceTimersByTimeAsync(150);
    expect(tell.mock.calls).toEqual([[400], [5100]]);

    document.body.append('nothing that scrolls');
    await vi.advanceTimersByTimeAsync(150);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('does not count what scrolls within something that does', async () => {
    const outer = scroller(300);
    outer.firstElementChild?.append(scroller(5000));
    document.body.append(outer);

    await vi.advanceTimersByTimeAsync(150);

    expect(tell.mock.calls).toEqual([[400]]);
  });
});
