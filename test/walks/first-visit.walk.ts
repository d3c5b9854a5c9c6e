import type { Page } from '../../ui/pictures/browser.js';
import { deliveryDrawer, untilAt } from './screens.js';
import type { Stage } from './stage.js';

export function firstVisit(stage: () => Stage): void {
  it('subscribes, publishes, sees it arrive, makes it fail, understands why, retries and verifies', async () => {
    const { id: tenant, api } = await stage().tenant('first');
    const page = await stage().visit(`/ui/?tenant=${tenant}`);
    const steps = page.getByRole('region', { name: 'First steps' });

    await steps.getByRole('button', { name: 'Create the subscription' }).click();
    await steps.getByRole('button', { name: 'Publish order.created' }).click();
    await steps.getByText(/It arrived after/).waitFor();
    await steps.getByRole('button', { name: 'Let the receiver fail' }).click();
    await steps.getByRole('link', { name: 'Open the failing delivery' }).click();
    const drawer = deliveryDrawer(page);
    await drawer
      .getByText(/the receiver answered 503;.* after three attempts, with none left/i)
      .first()
      .waitFor();
    await goHome(page);
    await steps.getByRole('button', { name: 'Mend the receiver' }).click();
    await steps.getByText(/is well again/).waitFor();
    await steps.getByRole('link', { name: 'Open the failing delivery' }).click();
    await drawer.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByRole('status').getByRole('link', { name: 'Open it' }).click();
    await drawer
      .getByText(/the receiver answered 200 to the first attempt/i)
      .first()
      .waitFor();
    await goHome(page);
    await steps.getByRole('button', { name: 'Verify this request' }).click();
    await untilAt(page, /\/ui\/verify/);
    await goHome(page);
    await steps.getByText('4 of 4').waitFor();
    await steps.getByRole('button', { name: 'Done' }).click();

    await steps.waitFor({ state: 'detached' });
    const { data } = await api.expect<{ data: { status: string }[] }>(200, 'GET', '/deliveries');
    expect(data.map(({ status }) => status)).toEqual(['delivered', 'failed', 'delivered']);
    await page.reload();
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
    expect(await steps.count()).toBe(0);
  });

  it('fills every screen by sample traffic, stops it, and removes its subscriptions', async () => {
    const { id: tenant, api } = await stage().tenant('sample');
    const page = await stage().visit(`/ui/?tenant=${tenant}`);
    const traffic = page.getByRole('region', { name: 'Sample traffic' });

    await traffic.getByRole('button', { name: 'Make sample traffic' }).click();
    await traffic.getByText(/[1-9]\d* of 240 events/).waitFor();
    await traffic.getByRole('link', { name: 'Watch the deliveries' }).click();
    await page
      .getByRole('grid', { name: 'Deliveries' })
      .getByRole('row', { name: /delivered/i })
      .first()
      .waitFor();
    await goHome(page);
    await traffic.getByRole('button', { name: 'Stop' }).click();
    await traffic.getByText(/Stopped: 11 subscriptions and \d+ event/).waitFor();
    await traffic.getByRole('button', { name: 'Remove the subscriptions' }).click();
    await page.getByText(/11 subscriptions removed/).waitFor();

    expect(await api.expect(200, 'GET', '/subscriptions')).toMatchObject({ data: [] });
  });
}

async function goHome(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Home' }).click();
}
