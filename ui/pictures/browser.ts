import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

export type { Browser, BrowserContext, Page } from 'playwright-core';

/** Names of the browser on PATH, as systems call it. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** The engine of the browser alone: it shows pages to programs, for two thirds of the work. */
const SHELL = 'chromium-headless-shell';
/** Where macOS keeps it. */
const ELSEWHERE = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

interface LaunchOptions {
  /** Of the command line. */
  readonly args?: readonly string[];
  /** `browser` is what people have; `shell` is enough where nobody measures or looks. The other one serves as well. */
  readonly prefers?: Preference;
}

type Preference = 'browser' | 'shell';

/**
 * Starts the Chromium of the system, or the one that `npm test` has downloaded.
 *
 * @throws Error that says how to install it
 */
export async function launchChromium({ args = [], prefers = 'browser' }: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium(prefers);
  if (executablePath === undefined) {
    throw new Error(
      'This needs Chromium: npx playwright-core install chromium --no-shell. Or Debian: sudo apt-get install ' +
        'chromium; Ubuntu: Google Chrome (.deb); macOS: brew install --cask chromium',
    );
  }
  // As root, in a container above all, Chromium has no sandbox. It opens pages of this machine only.
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
}

/** The first Chromium that runs: on Ubuntu, a program of that name may only say that there is a snap. */
export function findChromium(prefers: Preference = 'browser'): string | undefined {
  const { PATH = '' } = process.env;
  const folders = PATH.split(delimiter);
  const names = prefers === 'shell' ? [SHELL, ...BROWSERS] : [...BROWSERS, SHELL];
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, ...ELSEWHERE, chromium.executablePath()].find((path) => isProgram(path) && hasVersion(path));
}

function hasVersion(path: string): boolean {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly any: readonly { message: string }[] }[];
}

/** In the middle of a change, text and background have the colours of neither theme. */
const UNTIL_STILL = `(async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
})()`;
/** Describes violations alone: for each element that passes a rule, axe would make selectors that nobody reads. */
const LOOK = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)`;

/** What axe finds wrong with a page, one line each: the rule, up to three places, and what is wrong with the first. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(UNTIL_STILL);
  // It stays until the page is loaded again.
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(axe.source);
  const violations = await page.evaluate<Violation[]>(LOOK);
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map(({ target }) => target.join(' '));
    const [what] = nodes[0]?.any ?? [];
    return `${id}, ${help}: ${places.join(' | ')}${what === undefined ? '' : ` (${what.message})`}`;
  });
}

/** How much a page is wider than its window, in pixels. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
}
