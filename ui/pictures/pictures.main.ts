import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Shot } from './area.ts';
import { SHOTS } from './areas.ts';
import { accessibilityFaults, type Browser, launchChromium, overflowOf, type Page } from './browser.ts';
import { NOW } from './sample-data.ts';
import { ORIGIN, serveSamples } from './sample-service.ts';

/** Takes a picture of each screen in both themes and three widths, and judges each screen with axe. */
const FOLDER = process.argv[2] ?? 'ui/pictures/out';
const DIST = join(import.meta.dirname, '..', 'dist');
const WIDTHS = [
  [1440, 900],
  [1024, 768],
  [390, 844],
] as const;
const THEMES = ['light', 'dark'] as const;

const faults: string[] = [];

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const browser = await launchChromium({ args: ['--force-color-profile=srgb'] });
  const only = process.env.ONLY?.split(',');
  const shots = SHOTS.filter(({ name }) => only?.includes(name) ?? true);
  for (const theme of THEMES)
    for (const [width, height] of WIDTHS) await takeAll(browser, shots, { theme, width, height });
  await browser.close();
  for (const fault of new Set(faults)) console.error(fault);
  console.log(`${shots.length * THEMES.length * WIDTHS.length} pictures in ${FOLDER}, ${new Set(faults).size} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

interface Look {
  readonly theme: (typeof THEMES)[number];
  readonly width: number;
  readonly height: number;
}

async function takeAll(browser: Browser, shots: readonly Shot[], { theme, width, height }: Look): Promise<void> {
  for (const { name, path, isOpen = true, act } of shots) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    await serveSamples(context, DIST, isOpen);
    const page = await context.newPage();
    const title = `${name}-${width}-${theme}`;
    watch(page, title);
    await page.clock.setFixedTime(NOW);
    await page.goto(`${ORIGIN}${path.startsWith('/portal') ? '' : '/ui'}${path}`, { waitUntil: 'networkidle' });
    // The fonts come after the first screen.
    await page.waitForFunction(() => document.fonts.size > 0);
    await page.evaluate(() => Promise.all([document.fonts.load('13px "Inter Variable"'), document.fonts.ready]));
    await act?.(page);
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(FOLDER, `${title}.png`) });
    await judge(page, title);
    await context.close();
  }
}

/** Whatever the browser complains about is a fault, a violation of the content security policy above all. */
function watch(page: Page, title: string): void {
  page.on('pageerror', ({ message }) => faults.push(`${title}: ${message}`));
  page.on('console', (line) => {
    const isExpected = line.text().includes('Failed to load resource');
    if (line.type() === 'error' && !isExpected) faults.push(`${title}: ${line.text()}`);
  });
}

async function judge(page: Page, title: string): Promise<void> {
  for (const fault of await accessibilityFaults(page)) faults.push(`${title}: ${fault}`);
  const overflow = await overflowOf(page);
  if (overflow > 0) faults.push(`${title}: the page is ${overflow} px too wide`);
}

await main();
