import { deliveryRow, untilAt, untilRows } from './screens.js';
import type { Stage } from './stage.js';

export function serverAway(stage: () => Stage): void {
  it('sees that the service is away, loses nothing that was typed, and goes on when it is back', async () => {
    const { receiver } = stage();
    const { key, api } = await stage().tenant('away');
    const { id } = await api.createSubscription({ target_url: receiver.url('/away'), event_type: 'order.created' });
    await api.untilFinal((await api.publish(id, { order: 1 })).task_id);
    const page = await stage().visitAs(key, '/ui/deliveries');
    await deliveryRow(page, /delivered/i).waitFor();
    await page.keyboard.press('/');
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    const typed = page.getByRole('textbox', { name: 'Tag' });
    await typed.fill('customer-9');
    const away = page.getByRole('alert').filter({ hasText: /does not answer/i });

    await stage().withoutService(async () => {
      await away.waitFor();
      expect(await typed.inputValue()).toBe('customer-9');
      expect(await deliveryRow(page, /delivered/i).count()).toBe(1);
    });
    await away.waitFor({ state: 'detached' });
    await api.publish(id, { order: 2 }, { 'x-event-tags': 'customer-9' });
    await typed.press('Enter');

    await page.getByText('customer-9').first().waitFor();
    await untilAt(page, /tag=customer-9/);
    await untilRows(page, /delivered/i, 1);
  });
}
