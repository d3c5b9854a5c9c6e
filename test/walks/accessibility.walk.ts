import { respond } from '../support/scripted-receiver.js';
import { settled } from './screens.js';
import { assertAccessible, type Stage } from './stage.js';

const RETRY = { max_attempts: 2 };

/** The widest window in one theme, and the narrowest in the other. */
const LOOKS = [
  { colorScheme: 'light', width: 1440, height: 900 },
  { colorScheme: 'dark', width: 390, height: 844 },
] as const;

export function accessibility(stage: () => Stage): void {
  it('finds nothing that axe objects to, on any screen, with real data', async () => {
    const { receiver } = stage();
    const { id: tenant, api } = await stage().tenant('axe');
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
    const page = await stage().visit(`/ui/?tenant=${tenant}`);
    await settled(page);
    const links = page.getByRole('navigation', { name: 'Screens' }).getByRole('link');
    const hrefs = await Promise.all((await links.all()).map((link) => link.getAttribute('href')));
    const screens = hrefs.filter((href): href is string => href?.startsWith('/ui') === true);
    const things = [`/ui/deliveries/${delivery}`, `/ui/events/${event}`, `/ui/subscriptions/${well.id}`];

    expect(screens.length).toBeGreaterThanOrEqual(9);
    for (const path of [...screens, ...things]) {
      const [pathname = ''] = path.split('?');
      await page.goto(new URL(`${pathname}?tenant=${tenant}`, stage().url).href);
      for (const { colorScheme, ...size } of LOOKS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(size);
        await settled(page);
        await assertAccessible(page);
      }
    }
  });
}
