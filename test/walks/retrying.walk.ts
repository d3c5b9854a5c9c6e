import { eventually } from '../support/eventually.js';
import { respond } from '../support/scripted-receiver.js';
import { deliveryDrawer, untilAt, untilRows } from './screens.js';
import type { Stage } from './stage.js';

const ONCE = { max_attempts: 1 };

export function retrying(stage: () => Stage): void {
  it('retries a failed delivery when the receiver is mended, and follows the new one to its end', async () => {
    const { receiver } = stage();
    const { id: tenant, api } = await stage().tenant('retry');
    receiver.script('/retry', respond(503));
    const target = { target_url: receiver.url('/retry'), event_type: 'order.created', retry: ONCE };
    const { id } = await api.createSubscription(target);
    const { task_id: failedId } = await api.publish(id, { order: 42 });
    await api.untilFinal(failedId);
    const page = await stage().visit(`/ui/deliveries/${failedId}?tenant=${tenant}`);
    const drawer = deliveryDrawer(page);
    await drawer
      .getByText(/answered 503/)
      .first()
      .waitFor();

    receiver.script('/retry', respond(200));
    await drawer.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('status').getByRole('link', { name: 'Open it' }).click();

    await drawer.getByText(/the receiver answered 200 to the first attempt/i).waitFor();
    await untilAt(page, /\/ui\/deliveries\/dlv_/);
    expect(page.url()).not.toContain(failedId);
    const [first, second] = receiver.requestsTo('/retry');
    expect(second).toMatchObject({ webhookId: first?.webhookId, body: first?.body });
  });

  it('retries several deliveries at once by keys alone, and sees them arrive', async () => {
    const { receiver } = stage();
    const { id: tenant, api } = await stage().tenant('bulk');
    receiver.script('/bulk', respond(500));
    const { id } = await api.createSubscription({
      target_url: receiver.url('/bulk'),
      event_type: 'order.created',
      retry: ONCE,
    });
    for (let n = 0; n < 3; n += 1) await api.untilFinal((await api.publish(id, { n })).task_id);
    const page = await stage().visit(`/ui/deliveries?tenant=${tenant}`);
    await untilRows(page, /failed/i, 3);

    receiver.script('/bulk', respond(200));
    await page.keyboard.type('jxjxjx');
    const toolbar = page.getByRole('toolbar', { name: /selected/i });
    await toolbar.getByText('3 selected').waitFor();
    await toolbar.getByRole('button', { name: 'Retry' }).click();

    await page.getByText(/3 deliveries sent again/).waitFor();
    await eventually(() => receiver.requestsTo('/bulk').length, { until: (count) => count === 6 });
    await toolbar.waitFor({ state: 'detached' });
    // New rows wait above the list while somebody works on it.
    await page.keyboard.press('Escape');
    await untilRows(page, /delivered/i, 3);
  });
}
