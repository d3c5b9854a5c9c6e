import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

const { WEBHOOKS_URL = '', WEBHOOKS_API_KEY = '', WEBHOOKS_TARGET = '' } = process.env;
const client = createClient<paths>({
  baseUrl: WEBHOOKS_URL,
  headers: { authorization: `Bearer ${WEBHOOKS_API_KEY}` },
});

const created = await client.POST('/subscriptions', {
  body: { target_url: WEBHOOKS_TARGET, event_types: ['order.created', 'order.paid'] },
});
if (created.error) throw new Error(created.error.detail);
const published = await client.POST('/ingest/{subscription_id}', {
  params: { path: { subscription_id: created.data.id }, header: { 'X-Event-Type': 'order.created' } },
  body: { order: 42 },
});
if (published.error) throw new Error(published.error.detail);
const { task_id } = published.data;

async function finalStatus(): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const { data, error } = await client.GET('/status/{task_id}', { params: { path: { task_id } } });
    if (error) throw new Error(error.detail);
    if (!('attempts' in data)) throw new Error(`${data.id} is not a delivery`);
    if (data.finished_at !== null) return data.status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${task_id} did not finish`);
}

const status = await finalStatus();
const toAll = await client.POST('/webhooks/{event_type}', {
  params: { path: { event_type: 'order.paid' } },
  body: { order: 43 },
});
if (toAll.error) throw new Error(toAll.error.detail);
const event = await client.GET('/status/{task_id}', { params: { path: { task_id: toAll.data.event_id } } });
const deliveries = event.data && 'deliveries' in event.data ? event.data.deliveries.length : 0;
const unknown = await client.GET('/subscriptions/{id}', { params: { path: { id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' } } });
console.log(JSON.stringify({ status, deliveries, problem: unknown.error?.code }));
