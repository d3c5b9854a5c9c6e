import type { Browser, BrowserContext, Page } from '../../../ui/pictures/browser.js';
import { eventually } from '../../support/eventually.js';

const READY_TIMEOUT_MS = 60_000;

/** A visit by a browser that has never been here, but is signed in. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Milliseconds from the beginning of the navigation to the frame that shows data. */
  readonly readyMs: number;
  /**
   * Bytes of page, scripts and styles until then, as they came over the wire, without headers. Fonts and data are not
   * counted.
   */
  readonly loadedBytes: number;
  /** Tasks of more than 50 ms until then, in milliseconds. */
  readonly longTasksMs: readonly number[];
}

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Visits screens of a service, each time with empty caches. */
export class Visitor {
  private constructor(
    private readonly browser: Browser,
    private readonly origin: string,
    private readonly signedIn: SignedIn,
  ) {}

  static async signIn(browser: Browser, origin: string, key: string): Promise<Visitor> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${origin}/ui/`);
    const field = page.locator('input[type=password]');
    await field.fill(key);
    await page.getByRole('button', { name: /^sign in/i }).click();
    await field.waitFor({ state: 'detached' });
    const signedIn = await context.storageState();
    await context.close();
    return new Visitor(browser, origin, signedIn);
  }

  /** @param selector of the element that shows the first data. @throws if it does not come within a minute */
  async visit(path: string, selector: string): Promise<Visit> {
    const context = await this.browser.newContext({
      storageState: this.signedIn,
      viewport: { width: 1440, height: 900 },
    });
    await context.addInitScript({ content: WATCH.replace('SELECTOR', JSON.stringify(selector)) });
    const page = await context.newPage();
    await page.goto(this.origin + path);
    const seen = await eventually(() => page.evaluate<Seen | null>('globalThis.seen'), {
      timeoutMs: READY_TIMEOUT_MS,
      until: (value) => value !== null,
    });
    return { page, context, ...seen! };
  }
}

type Seen = Omit<Visit, 'page' | 'context'>;

/**
 * Runs in the page before its own scripts: notes when an element has been painted, what had been loaded by then, and
 * what kept the page busy.
 */
const WATCH = `
  globalThis.seen = null;
  const longTasksMs = [];
  new PerformanceObserver((list) => longTasksMs.push(...list.getEntries().map(({ duration }) => Math.round(duration))))
    .observe({ type: 'longtask', buffered: true });
  const isCounted = ({ entryType, name }) => entryType === 'navigation' || /\\.(js|css)$/.test(name);
  const loadedBytes = () => performance.getEntries().filter(isCounted)
    .reduce((sum, { encodedBodySize = 0 }) => sum + encodedBodySize, 0);
  const observer = new MutationObserver(() => {
    if (document.querySelector(SELECTOR) === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      const readyMs = Math.round(performance.now());
      globalThis.seen = { readyMs, loadedBytes: loadedBytes(), longTasksMs: [...longTasksMs] };
    }));
  });
  observer.observe(document, { childList: true, subtree: true });
`;
