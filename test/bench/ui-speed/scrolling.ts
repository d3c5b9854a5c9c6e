import type { Page } from '../../../ui/pictures/browser.js';
import { eventually } from '../../support/eventually.js';

const LOAD_TIMEOUT_MS = 30_000;
const FRAMES = 300;
/** The rows that scroll; the head of the table is a group of its own. */
const SCROLLER = `document.querySelector('[role=grid] > [role=rowgroup]:last-of-type')`;

/** Milliseconds between frames while a list scrolls. */
export interface Scrolling {
  /** Pixels a frame. */
  readonly step: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Tasks of more than 50 ms. */
  readonly longTasks: number;
}

/** Scrolls to the end of a list again and again, until it holds so many rows. */
export async function loadRows(page: Page, wanted: number): Promise<void> {
  const rows = (): Promise<number> =>
    page.evaluate<number>(`Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount'))`);
  for (let held = await rows(); held < wanted;) {
    await page.evaluate(`${SCROLLER}.scrollTop = ${SCROLLER}.scrollHeight`);
    const before = held;
    held = await eventually(rows, { timeoutMs: LOAD_TIMEOUT_MS, until: (now) => now > before });
  }
}

/** Scrolls from the top by a step each frame. */
export function scroll(page: Page, step: number): Promise<Scrolling> {
  return page.evaluate<Scrolling>(`(async () => {
    const scroller = ${SCROLLER};
    const frame = () => new Promise(requestAnimationFrame);
    scroller.scrollTop = 0;
    for (let n = 0; n < 30; n += 1) await frame();
    let longTasks = 0;
    const observer = new PerformanceObserver((list) => { longTasks += list.getEntries().length; });
    observer.observe({ type: 'longtask' });
    const gaps = [];
    let last = await frame();
    for (let n = 0; n < ${FRAMES}; n += 1) {
      scroller.scrollTop += ${step};
      const now = await frame();
      gaps.push(now - last);
      last = now;
    }
    observer.disconnect();
    gaps.sort((a, b) => a - b);
    const at = (share) => Math.round(gaps[Math.floor((gaps.length - 1) * share)] * 10) / 10;
    return { step: ${step}, p50: at(0.5), p99: at(0.99), worst: at(1), longTasks };
  })()`);
}
