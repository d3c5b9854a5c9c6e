import { replayBesideKills } from '../support/killed-replay.js';

const DELIVERIES = 2000;
/** Deliveries per second, so few that a slow machine sees the replay before it ends. */
const RATE = 250;

describe('a replay whose process is killed twice, with real PostgreSQL, Redis and receivers', () => {
  it('sends each event once, and its counts are exact', async () => {
    const { replay, requests, listedEvents, failedEvents, sentAtKills } = await replayBesideKills(DELIVERIES, RATE);

    expect(sentAtKills.every((sent) => sent < DELIVERIES)).toBe(true);
    expect(replay).toMatchObject({
      matched: DELIVERIES,
      sent: DELIVERIES,
      delivered: DELIVERIES,
      failed: 0,
      progress: 1,
    });
    expect(listedEvents.toSorted()).toEqual(failedEvents.toSorted());
    // What was in flight at a kill arrives again, but as the same delivery.
    const deliveries = new Set(requests.map(({ deliveryId }) => deliveryId));
    expect(deliveries.size).toBe(DELIVERIES);
    expect(new Set(requests.map(({ webhookId }) => webhookId))).toEqual(new Set(failedEvents));
  });
});
