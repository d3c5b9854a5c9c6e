import type { Page } from '../../ui/pictures/browser.js';
import { respond } from '../support/scripted-receiver.js';
import { deliveryDrawer, deliveryRow, untilAt, untilRows } from './screens.js';
import type { Stage } from './stage.js';

const MESSAGE = 'relation "invoices" does not exist';

export function findingWhy(stage: () => Stage): void {
  it('finds why a delivery failed from the screen alone, and a link shows a colleague the same', async () => {
    const { receiver } = stage();
    const { id: tenant, api } = await stage().tenant('why');
    receiver.script('/why', respond(500, { headers: { 'content-type': 'text/plain' }, body: MESSAGE }));
    const well = await api.createSubscription({ target_url: receiver.url('/well'), event_type: 'order.created' });
    const ill = await api.createSubscription({
      target_url: receiver.url('/why'),
      event_type: 'order.paid',
      retry: { max_attempts: 2 },
    });
    await api.untilFinal((await api.publish(well.id, { order: 1 })).task_id);
    const { task_id: failedId } = await api.publish(ill.id, { order: 2 });
    await api.untilFinal(failedId);
    const page = await stage().visit(`/ui/deliveries?tenant=${tenant}`);
    await deliveryRow(page, /delivered/i).waitFor();

    await page.keyboard.press('/');
    await page.getByRole('button', { name: 'Status', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Failed' }).check();
    await untilRows(page, /delivered/i, 0);
    await page.keyboard.press('Escape');
    await deliveryRow(page, /failed/i).click();

    await explains(page);
    await untilAt(page, new RegExp(`/ui/deliveries/${failedId}\\?.*status=failed`));
    const { pathname, search } = new URL(page.url());
    await explains(await stage().visit(pathname + search));
  });
}

/** The sentence says what happened, and the last attempt what the receiver said. */
async function explains(page: Page): Promise<void> {
  const drawer = deliveryDrawer(page);
  await drawer
    .getByText(/the receiver answered 500;.* after two attempts/i)
    .first()
    .waitFor();
  await drawer.getByText(MESSAGE).first().waitFor();
}
