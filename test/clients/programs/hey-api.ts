import { client } from './client/client.gen.js';
import {
  createSubscription,
  getStatus,
  getSubscription,
  publishToAll,
  publishToSubscription,
} from './client/sdk.gen.js';

const { WEBHOOKS_URL = '', WEBHOOKS_API_KEY = '', WEBHOOKS_TARGET = '' } = process.env;
client.setConfig({ baseUrl: WEBHOOKS_URL, auth: WEBHOOKS_API_KEY });

const created = await createSubscription({
  body: { target_url: WEBHOOKS_TARGET, event_types: ['order.created', 'order.paid'] },
  throwOnError: true,
});
const published = await publishToSubscription({
  path: { subscription_id: created.data.id },
  headers: { 'X-Event-Type': 'order.created' },
  body: { order: 42 },
  throwOnError: true,
});

async function finalStatus(): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const { data } = await getStatus({ path: { task_id: published.data.task_id }, throwOnError: true });
    if (!('attempts' in data)) throw new Error(`${data.id} is not a delivery`);
    if (data.finished_at !== null) return data.status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${published.data.task_id} did not finish`);
}

const status = await finalStatus();
const { data: toAll } = await publishToAll({
  path: { event_type: 'order.paid' },
  body: { order: 43 },
  throwOnError: true,
});
const { data: event } = await getStatus({ path: { task_id: toAll.event_id }, throwOnError: true });
const deliveries = 'deliveries' in event ? event.deliveries.length : 0;
const { error } = await getSubscription({ path: { id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' } });
console.log(JSON.stringify({ status, deliveries, problem: error?.code }));
