import { replayBesideKills } from '../support/killed-replay.js';

const DELIVERIES = 100_000;
const TIMEOUT_MS = 540_000;

describe('a large replay whose process is killed twice, with real PostgreSQL, Redis and receivers', () => {
  it('sends each event once, and its counts are exact', async () => {
    const startedAt = performance.now();
    const traces = await replayBesideKills(DELIVERIES, 10_000, TIMEOUT_MS);
    const { replay, requests, listedEvents, failedEvents, sentAtKills } = traces;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    process.stdout.write(
      `${replay.summary} Killed after ${sentAtKills.join(' and ')}; ${requests.length} requests; ${seconds} s in all.\n`,
    );

    expect(sentAtKills.every((sent) => sent < DELIVERIES)).toBe(true);
    expect(replay).toMatchObject({
      matched: DELIVERIES,
      sent: DELIVERIES,
      delivered: DELIVERIES,
      failed: 0,
      skipped: 0,
    });
    expect(listedEvents.toSorted()).toEqual(failedEvents.toSorted());
    const deliveries = new Set(requests.map(({ deliveryId }) => deliveryId));
    expect(deliveries.size).toBe(DELIVERIES);
    expect(new Set(requests.map(({ webhookId }) => webhookId))).toEqual(new Set(failedEvents));
  });
});
