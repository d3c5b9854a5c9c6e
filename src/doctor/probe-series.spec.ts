import type { Probe, ProbeAnswer } from '../delivery/index.js';
import { newUuid } from '../shared/ids/uuid.js';
import type { Clock } from '../shared/time/clock.js';
import type { Sent } from './domain/series.js';
import { sendSeries } from './probe-series.js';

const NOW = Date.parse('2026-11-30T12:00:00.700Z');
const TAKEN: ProbeAnswer = {
  ...{ statusCode: 200, error: null, durationMs: 1, connection: null, redirect: null, responseHeaders: {} },
  ...{ responseBody: Buffer.alloc(0), responseBytes: 0, isResponseCut: false },
};

/** Sends a series to a receiver that takes that long, or the timeout if that is shorter. */
async function series(takesMs: number, answer: Partial<ProbeAnswer> = {}) {
  const probes: Probe[] = [];
  const timeouts: number[] = [];
  let elapsedMs = 0;
  const clock = { monotonicMs: () => elapsedMs, nowMs: () => NOW + elapsedMs } as Clock;
  const line = {
    send: (probe: Probe, timeoutMs: number): Promise<ProbeAnswer> => {
      probes.push(probe);
      timeouts.push(timeoutMs);
      elapsedMs += Math.min(takesMs, timeoutMs);
      return Promise.resolve({ ...TAKEN, ...answer });
    },
  };
  const terms = { subscriptionId: newUuid(NOW), timeoutMs: 15_000, budgetMs: 60_000 };
  const sent: Sent[] = await sendSeries(line, clock, terms);
  return { sent, probes, timeouts };
}

describe('the requests of a check', () => {
  it('are seven, of which two share an id, one is tampered with, and one is old', async () => {
    const { sent, probes } = await series(10);

    expect(sent.map(({ purpose }) => purpose)).toEqual(['good', 'repeat', 'tampered', 'old', 'good', 'good', 'good']);
    expect(probes[1]).toMatchObject({ webhookId: probes[0]!.webhookId, attempt: 2 });
    expect(new Set(probes.map(({ webhookId }) => webhookId)).size).toBe(6);
    const wrong = probes.filter(({ body, signedBody }) => !body.equals(signedBody));
    expect(wrong).toEqual([probes[2]]);
    expect(JSON.parse(probes[2]!.body.toString())).toMatchObject({ type: 'webhook.test', data: { tampered: true } });
    const ages = probes.map(({ timestamp }) => Math.floor(NOW / 1000) - timestamp);
    expect(ages).toEqual([0, 0, 0, 600, 0, 0, 0]);
  });

  it('end after the first if it is not taken', async () => {
    const refused = { statusCode: 401, error: { code: 'bad_status', message: 'the receiver answered 401' } as const };

    expect((await series(10, refused)).sent).toHaveLength(1);
  });

  it('each have the timeout of the subscription, and end together after a minute', async () => {
    const { timeouts } = await series(14_000);

    expect(timeouts).toEqual([15_000, 15_000, 15_000, 15_000, 4_000]);
  });
});
