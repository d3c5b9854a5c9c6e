import type { Page } from '../../ui/pictures/browser.js';
import { eventually } from '../support/eventually.js';

type Locator = ReturnType<Page['locator']>;

/** A row of the list of deliveries, by what it says. */
export function deliveryRow(page: Page, name: RegExp): Locator {
  return page.getByRole('grid', { name: 'Deliveries' }).getByRole('row', { name });
}

/** Waits until the list has a number of such rows. */
export async function untilRows(page: Page, name: RegExp, count: number): Promise<void> {
  await eventually(() => deliveryRow(page, name).count(), { until: (shown) => shown === count });
}

/** What is shown of one delivery, beside the list. */
export function deliveryDrawer(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Delivery' });
}

/** Waits until a page is at a path. @param path with its query, as far as it matters */
export async function untilAt(page: Page, path: RegExp): Promise<void> {
  await eventually(() => page.url(), { until: (url) => path.test(url) });
}

/** Presses a button, and confirms if a dialog asks, until `isDone`. */
export async function pressAndConfirm(page: Page, name: RegExp, isDone: () => Promise<boolean>): Promise<void> {
  const button = page.getByRole('button', { name }).first();
  await button.click();
  const confirming = page.getByRole('dialog').getByRole('button', { name }).first();
  await eventually(
    async () => {
      // It closes by itself, or is busy with the first click.
      if (await confirming.isVisible()) await confirming.click({ timeout: 1000 }).catch(() => undefined);
      return isDone();
    },
    { until: (done) => done, intervalMs: 100 },
  );
}

/** Waits until nothing on a page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading').first().waitFor();
  await eventually(() => page.getByRole('status', { name: 'Loading' }).count(), { until: (count) => count === 0 });
}
