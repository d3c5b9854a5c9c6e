import { respond } from '../support/scripted-receiver.js';
import { untilAt, untilRows } from './screens.js';
import type { Stage } from './stage.js';

const ONCE = { max_attempts: 1 };
const FAILED = 3;

export function replaying(stage: () => Stage): void {
  it('counts what failed of one type, sends it again, and follows it until all has arrived', async () => {
    const { receiver } = stage();
    const { id: tenant, api } = await stage().tenant('replay');
    receiver.script('/replay', respond(500));
    const { id } = await api.createSubscription({
      target_url: receiver.url('/replay'),
      event_types: ['order.*', 'customer.created'],
      retry: ONCE,
    });
    const publish = async (type: string, n: number): Promise<void> => {
      await api.untilFinal((await api.publish(id, { n }, { 'x-event-type': type })).task_id);
    };
    for (let n = 0; n < FAILED; n += 1) await publish('order.created', n);
    await publish('customer.created', FAILED);
    const before = receiver.requestsTo('/replay');
    const page = await stage().visit(`/ui/deliveries?tenant=${tenant}&status=failed&event_type=order.*`);
    await untilRows(page, /failed/i, FAILED);

    await page.getByRole('link', { name: 'Replay all that match' }).click();
    const send = page.getByRole('button', { name: `Send ${FAILED} deliveries again` });
    await send.waitFor();
    const first = page.getByRole('table', { name: 'The first matches' });
    expect(await first.getByText('order.created').count()).toBe(FAILED);
    expect(receiver.requestsTo('/replay')).toHaveLength(before.length);

    receiver.script('/replay', respond(200));
    await send.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send them' }).click();
    await untilAt(page, /\/ui\/replays\/rpl_/);
    await page.getByText(`${FAILED} were sent: ${FAILED} delivered, 0 failed.`).waitFor();

    const sent = receiver.requestsTo('/replay').slice(before.length);
    const events = before.slice(0, FAILED).map(({ webhookId }) => webhookId);
    expect(sent.map(({ webhookId }) => webhookId).sort()).toEqual(events.sort());
    await page.getByRole('link', { name: 'Show its deliveries' }).click();
    await untilAt(page, /replay_id=rpl_/);
    await untilRows(page, /delivered/i, FAILED);
  });
}
