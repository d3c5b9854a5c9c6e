import type { Page } from 'playwright-core';
import type { AcceptedMessage, AttemptedMessage, DeliveryAnswer, GapNotice } from '../../src/api/generated/index.ts';
import type { Area } from '../area.ts';
import { ago, chance, DELIVERIES } from '../sample-data.ts';

export const LIVE_AREA: Area = {
  shots: [
    { name: 'live', path: '/live', act: show },
    { name: 'live-paused', path: '/live', act: pause },
    { name: 'live-quiet', path: '/live' },
  ],
  answers: {},
};

async function show(page: Page): Promise<void> {
  await send(page, streamOf(0, COUNT));
  await untilRows(page, COUNT);
}

/** Reads, while more comes. */
async function pause(page: Page): Promise<void> {
  await send(page, streamOf(0, 110) + gapText() + streamOf(110, 116));
  await untilRows(page, 117);
  await page.keyboard.type('jjj');
  await send(page, streamOf(116, 156));
  await page.getByRole('button', { name: '40 new ones' }).waitFor();
}

async function send(page: Page, text: string): Promise<void> {
  await page.evaluate(
    (each) => (globalThis as unknown as { sampleStream: (text: string) => void }).sampleStream(each),
    text,
  );
}

async function untilRows(page: Page, count: number): Promise<void> {
  await page.locator(`[aria-rowcount="${count}"]`).waitFor();
}

const MINUTE_MS = 60_000;
const COUNT = 420;

/** What happened within the last minute, as the stream tells it. */
function streamOf(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index;
    const at = ago(MINUTE_MS - (number / COUNT) * (MINUTE_MS - 900) - chance(number) * 80);
    const delivery = DELIVERIES[number % DELIVERIES.length]!;
    const isEvent = number % 3 === 0;
    const kind = isEvent ? 'event.accepted' : 'delivery.attempted';
    const body = isEvent ? acceptedOf(delivery, at) : attemptedOf(delivery, at, number);
    return `id: 1-${number}.1\nevent: ${kind}\ndata: ${JSON.stringify(body)}\n\n`;
  }).join('');
}

function acceptedOf({ event_id, event_type, tags }: DeliveryAnswer, occurred_at: string): AcceptedMessage {
  return {
    event_id,
    event_type,
    tags,
    deliveries: 1 + (occurred_at.charCodeAt(22) % 3),
    payload_bytes: 214,
    occurred_at,
  };
}

function attemptedOf(delivery: DeliveryAnswer, occurred_at: string, number: number): AttemptedMessage {
  const { id, event_id, subscription_id, event_type, tags, target_url, status, max_attempts } = delivery;
  const isOpen = number % 5 !== 1 || status === 'pending' || status === 'in_flight' || status === 'cancelled';
  return {
    ...{ delivery_id: id, event_id, subscription_id, event_type, tags, occurred_at, max_attempts },
    target_host: new URL(target_url).hostname,
    status: isOpen ? 'delivered' : status,
    attempt: isOpen ? 1 : Math.max(1, delivery.attempt_count),
    status_code: isOpen ? 200 : delivery.last_status_code,
    error: isOpen ? null : delivery.last_error,
    duration_ms: 24 + chance(number) * 180,
    next_attempt_at: null,
  };
}

function gapText(): string {
  const body: GapNotice = { from: ago(3 * MINUTE_MS), to: ago(MINUTE_MS), deliveries_url: '/deliveries' };
  return `event: gap\ndata: ${JSON.stringify(body)}\n\n`;
}
