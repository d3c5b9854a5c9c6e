import { respond } from '../support/scripted-receiver.js';
import { verifyWebhook } from '../support/standard-webhooks.js';
import { pressAndConfirm } from './screens.js';
import type { Stage } from './stage.js';

export function rotating(stage: () => Stage): void {
  it('rotates a secret, while receivers with the old one go on', async () => {
    const { receiver } = stage();
    const { id: tenant, api } = await stage().tenant('rotate');
    receiver.script('/rotate', respond(200));
    const target = { target_url: receiver.url('/rotate'), event_type: 'order.created', description: 'Rotated here' };
    const { id, secret: old } = await api.createSubscription(target);
    const secretOf = async (): Promise<string> =>
      (await api.expect<{ secret: string }>(200, 'GET', `/subscriptions/${id}/secret`)).secret;
    const page = await stage().visit(`/ui/subscriptions?tenant=${tenant}`);

    await page
      .getByRole('link', { name: /Rotated here/ })
      .first()
      .click();
    await page.getByRole('tab', { name: /security/i }).click();
    expect(await page.content()).not.toContain(old);
    await pressAndConfirm(page, /^rotate$/i, async () => (await secretOf()) !== old);

    const fresh = await secretOf();
    await api.untilFinal((await api.publish(id, { order: 1 })).task_id);
    const [request] = receiver.requestsTo('/rotate');
    expect([verifyWebhook(old, request!), verifyWebhook(fresh, request!)]).toEqual([{ order: 1 }, { order: 1 }]);
    // The end of the overlap.
    await page
      .getByText(/overlap|(former|old|previous) secret|until/i)
      .first()
      .waitFor();
  });
}
