import type { Page } from '../../ui/pictures/browser.js';
import { eventually } from '../support/eventually.js';
import { respond } from '../support/scripted-receiver.js';
import { assertAccessibleInAllTabs } from './looks.js';
import { settled } from './screens.js';
import type { Stage } from './stage.js';

const RETRY = { max_attempts: 2 };

export function accessibility(stage: () => Stage): void {
  it('finds nothing that axe objects to, on any screen and in any tab of it, with real data', async () => {
    const { tenant } = await busyTenant(stage());
    const page = await stage().visit(`/ui/?tenant=${tenant}`);
    await settled(page);
    const links = page.getByRole('navigation', { name: 'Screens' }).getByRole('link');
    const hrefs = await Promise.all((await links.all()).map((link) => link.getAttribute('href')));
    const screens = hrefs.filter((href): href is string => href?.startsWith('/ui') === true);

    expect(screens.length).toBeGreaterThanOrEqual(9);
    expect(screens.map((href) => href.split('?')[0])).toContain('/ui/admin');
    for (const path of screens) await assertAccessibleAt(page, path.split('?')[0] ?? '', tenant);
  });

  it('finds nothing that axe objects to, on the page of any one thing and where one is made', async () => {
    const { tenant, delivery, event, subscription, replay } = await busyTenant(stage());
    const page = await stage().visit(`/ui/?tenant=${tenant}`);

    const things = [`deliveries/${delivery}`, `events/${event}`, `subscriptions/${subscription}`, `replays/${replay}`];
    for (const path of [...things, 'subscriptions/new', 'replays/new']) {
      await assertAccessibleAt(page, `/ui/${path}`, tenant);
    }
  });

  /** Goes there as a link of the page would: a page that is loaded again would have to be made ready for axe again. */
  async function assertAccessibleAt(page: Page, path: string, tenant: string): Promise<void> {
    const [before, isThere] = [await page.title(), new URL(page.url()).pathname === path];
    await page.evaluate(`history.pushState(null, '', '${path}?tenant=${tenant}')`);
    if (!isThere) await eventually(() => page.title(), { until: (title) => title !== before });
    await assertAccessibleInAllTabs(page);
  }
}

/** A tenant with something of each kind. */
async function busyTenant(stage: Stage) {
  const { receiver } = stage;
  const { id: tenant, api } = await stage.tenant('axe');
  receiver.script('/axe-ill', respond(500, { body: 'no' }));
  const well = await api.createSubscription({ target_url: receiver.url('/axe'), event_type: 'order.created' });
  const ill = {
    target_url: receiver.url('/axe-ill'),
    event_types: ['order.*'],
    state: 'active',
    retry: RETRY,
  } as const;
  await api.createSubscription(ill);
  await api.createSubscription({ ...ill, target_url: receiver.url('/axe'), state: 'paused' });
  const { task_id: delivery, event_id: event } = await api.publish(well.id, { order: 1 });
  await api.untilFinal(delivery);
  await api.broadcast('order.created', { order: 2 }, { 'x-event-tags': 'order-2,customer-9' });
  await api.broadcast('stock.low', { order: 3 });
  const body = { kind: 'selected', delivery_ids: [delivery] };
  const { id: replay } = await api.expect<{ id: string }>(202, 'POST', '/replays', { body });
  return { tenant, delivery, event, replay, subscription: well.id };
}
