import { eventually } from '../support/eventually.js';
import { respond } from '../support/scripted-receiver.js';
import { pressAndConfirm } from './screens.js';
import type { Stage } from './stage.js';

export function pausing(stage: () => Stage): void {
  it('pauses a subscription, which holds what is published meanwhile, and resumes it', async () => {
    const { receiver } = stage();
    const { id: tenant, api } = await stage().tenant('pause');
    receiver.script('/pause', respond(200));
    const target = { target_url: receiver.url('/pause'), event_type: 'order.created', description: 'Warehouse' };
    const { id } = await api.createSubscription(target);
    const stateOf = async (): Promise<string> => (await api.getSubscription(id)).state;
    const page = await stage().visit(`/ui/subscriptions?tenant=${tenant}`);
    await page
      .getByRole('link', { name: /Warehouse/ })
      .first()
      .click();
    await page
      .getByRole('heading', { name: /Warehouse/ })
      .first()
      .waitFor();

    await pressAndConfirm(page, /^pause/i, async () => (await stateOf()) === 'paused');
    await page
      .getByText(/\bpaused\b/i)
      .first()
      .waitFor();
    const { task_id: held } = await api.publish(id, { order: 1 });
    await eventually(() => api.status(held), { until: ({ summary }) => summary.includes('on hold') });
    expect(receiver.requestsTo('/pause')).toEqual([]);
    await pressAndConfirm(page, /^resume/i, async () => (await stateOf()) === 'active');

    expect(await api.untilFinal(held)).toMatchObject({ status: 'delivered' });
    expect(receiver.requestsTo('/pause')).toHaveLength(1);
  });
}
