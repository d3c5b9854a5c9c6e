import type { Page } from '../../ui/pictures/browser.js';
import { eventually } from '../support/eventually.js';
import { settled } from './screens.js';
import { assertAccessible } from './stage.js';

/** The widest window in one theme, and the narrowest in the other. */
const LOOKS = [
  { colorScheme: 'light', width: 1440, height: 900 },
  { colorScheme: 'dark', width: 390, height: 844 },
] as const;

/** Opens each tab of a page, if it has any, and looks at it. @throws Error with what is wrong with the page */
export async function assertAccessibleInAllTabs(page: Page): Promise<void> {
  await settled(page);
  await assertAccessibleInAllLooks(page);
  const tabs = page.getByRole('tab');
  for (let n = 0, count = await tabs.count(); n < count; n += 1) {
    const tab = tabs.nth(n);
    if (await isChosen(tab)) continue;
    await tab.click();
    // What lies under the pointer may have a hint, which is above the page and in none of its landmarks.
    await page.mouse.move(0, 0);
    await eventually(() => isChosen(tab), { until: (chosen) => chosen });
    await assertAccessibleInAllLooks(page);
  }
}

async function isChosen(tab: ReturnType<Page['locator']>): Promise<boolean> {
  return (await tab.getAttribute('aria-selected')) === 'true';
}

async function assertAccessibleInAllLooks(page: Page): Promise<void> {
  for (const { colorScheme, ...size } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    // Judged while the theme changes, a page has the text of one and the background of the other.
    await eventually(() => page.locator('html').getAttribute('data-theme'), {
      until: (theme) => theme === colorScheme,
    });
    await settled(page);
    await assertAccessible(page);
  }
}
