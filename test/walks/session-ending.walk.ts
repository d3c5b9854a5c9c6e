import { eventually } from '../support/eventually.js';
import { deliveryDrawer, deliveryRow, untilAt } from './screens.js';
import { signIn, signInForm, type Stage } from './stage.js';

export function sessionEnding(stage: () => Stage): void {
  it('signs in again after the session was revoked, and goes on at the same place', async () => {
    const { receiver } = stage();
    const { key, api } = await stage().tenant('session');
    const { id } = await api.createSubscription({ target_url: receiver.url('/session'), event_type: 'order.created' });
    const { task_id: deliveryId } = await api.publish(id, { order: 1 });
    await api.untilFinal(deliveryId);
    const page = await stage().visitAs(key, '/ui/deliveries?event_type=order.*');
    await deliveryRow(page, /delivered/i).click();
    const drawer = deliveryDrawer(page);
    await drawer.getByText(/nothing is left to do/i).waitFor();

    const sessions = await api.expect<{ data: { id: string }[] }>(200, 'GET', '/sessions');
    expect(sessions.data).toHaveLength(1);
    await api.expect(204, 'DELETE', `/sessions/${sessions.data[0]!.id}`);
    const ended = page.getByText(/session has (ended|expired)/i).first();
    await eventually(
      async () => {
        // It may have been noticed before: live messages end with the session. Then the sign-in is above the tab.
        const tab = drawer.getByRole('tab', { name: 'Payload' });
        if (!(await ended.isVisible())) await tab.click({ timeout: 1000 }).catch(() => undefined);
        return ended.isVisible();
      },
      { until: (isEnded) => isEnded },
    );
    await signIn(page, key);

    await drawer.getByText(/nothing is left to do/i).waitFor();
    await untilAt(page, new RegExp(`/ui/deliveries/${deliveryId}\\?event_type=order\\.`));
  });

  it('is told what is wrong with a key, and what was typed is still there', async () => {
    const { key } = await stage().tenant('wrong-key');
    const wrong = `${key.slice(0, -6)}AAAAAA`;
    const page = await stage().visit('/ui/');
    const { field, button } = signInForm(page);

    await field.fill(wrong);
    await button.click();

    await page
      .getByRole('alert')
      .filter({ hasText: /not known|wrong|copied/i })
      .waitFor();
    expect(await field.inputValue()).toBe(wrong);
  });
}
