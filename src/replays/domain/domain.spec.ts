import type { ReplayMatch, ReplayReceiver } from '../../delivery/index.js';
import { afterStep, type Sending, type StepOutcome } from './after-step.js';
import { latestOfNamed } from './named-deliveries.js';
import { nextBatch, obstacleOf } from './next-batch.js';
import { batchSize, nextPauseMs, nextSendMs, windowOf } from './pace.js';
import type { Replay } from './replay.js';
import { kindOf, type ReplayRequest, requestFaults } from './replay-request.js';
import { replaySummary } from './replay-summary.js';
import { inTurns } from './turns.js';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);

function aReplay(given: Partial<Replay> = {}): Replay {
  return {
    id: '0198c1a2-7b3e-7000-8000-000000000001',
    tenantId: 'default',
    kind: 'failed',
    state: 'running',
    ...{ filters: {}, subscriptionId: null, deliveryIds: null, wantedTypes: null },
    ...{ rate: 100, createdAt: NOW, keyId: null },
    ...{ matched: 400, sent: 0, skipped: 0, delivered: 0, failed: 0, cancelled: 0 },
    ...{ position: null, settledUntil: null, sendAt: NOW, pauseMs: 0, heldBy: null, heldSince: null },
    ...{ lastError: null, allSentAt: null, finishedAt: null, isSettled: false },
    ...given,
  };
}

const NOTHING_SETTLED = { delivered: 0, failed: 0, cancelled: 0, last: null };

function sending(given: Partial<Sending> = {}): Sending {
  const usual = { opened: 25, skipped: 0, position: 'b', isExhausted: false, hold: null, problem: null };
  return { ...usual, cannotGoOn: false, ...given };
}

function step(replay: Replay, given: Partial<StepOutcome> = {}): ReturnType<typeof afterStep> {
  return afterStep(replay, { now: NOW, settled: NOTHING_SETTLED, sending: null, hasUnsettled: true, ...given });
}

describe('the kind of a replay', () => {
  it.each<[ReplayRequest, string]>([
    [{}, 'failed'],
    [{ statuses: ['cancelled'] }, 'status'],
    [{ delivery_ids: ['dlv_1'] }, 'selected'],
    [{ kind: 'missing', subscription_id: 'sub_1' }, 'missing'],
  ])('of %j is %s', (request, kind) => {
    expect(kindOf(request)).toBe(kind);
  });

  it.each<[ReplayRequest, string[]]>([
    [{}, []],
    [{ statuses: ['failed'], kind: 'failed' }, []],
    [{ statuses: ['failed', 'cancelled'], kind: 'failed' }, ['/statuses']],
    [{ kind: 'status' }, ['/statuses']],
    [{ kind: 'selected' }, ['/delivery_ids']],
    [{ delivery_ids: ['dlv_1'], since: '2026-01-31', tag: 'a' }, ['/tag', '/since']],
    [{ delivery_ids: ['dlv_1'], kind: 'failed' }, ['/delivery_ids']],
    [{ kind: 'missing', subscription_id: 'sub_1', since: '2026-01-31' }, []],
    [{ kind: 'missing', status_code: '5xx', target_host: 'a' }, ['/status_code', '/target_host', '/subscription_id', '/since']], // prettier-ignore
  ])('has fields that belong to it: %j has faults at %j', (request, pointers) => {
    expect(requestFaults(request).map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

describe('the pace of a replay', () => {
  it('sends what the rate allows in a quarter of a second, at least one and at most 500', () => {
    expect([0.01, 3, 100, 10_000].map(batchSize)).toEqual([1, 1, 25, 500]);
  });

  it('makes the next batch wait for as long as the rate says, and does not make up for more than a second', () => {
    const nowMs = 100_000;
    expect(nextSendMs({ sendAtMs: nowMs, nowMs, sent: 25, rate: 100 })).toBe(nowMs + 250);
    expect(nextSendMs({ sendAtMs: nowMs - 400, nowMs, sent: 25, rate: 100 })).toBe(nowMs - 150);
    expect(nextSendMs({ sendAtMs: 0, nowMs, sent: 25, rate: 100 })).toBe(nowMs - 750);
    expect(nextSendMs({ sendAtMs: nowMs, nowMs, sent: 1, rate: 0.01 })).toBe(nowMs + 100_000);
  });

  it('keeps at least 50 deliveries ahead of their attempts, and what the rate sends in three seconds', () => {
    expect([1, 100].map(windowOf)).toEqual([50, 300]);
  });

  it('looks for outcomes less and less often while none becomes known', () => {
    expect([0, 250, 20_000, 30_000].map((last) => nextPauseMs(last, false))).toEqual([250, 500, 30_000, 30_000]);
    expect(nextPauseMs(30_000, true)).toBe(250);
  });

  it('lets tenants take turns, however many replays one of them has', () => {
    const due = [...'aaabbc'].map((tenantId, n) => ({ tenantId, n }));
    expect(inTurns(due).map(({ tenantId, n }) => `${tenantId}${n}`)).toEqual(['a0', 'b3', 'c5', 'a1', 'b4', 'a2']);
  });
});

describe('the next batch', () => {
  const match = (id: string, subscriptionId: string): ReplayMatch => ({
    id,
    eventId: id,
    subscriptionId,
    formerId: id,
  });
  const receivers = new Map<string, Pick<ReplayReceiver, 'state' | 'hasParked'>>([
    ['busy', { state: 'active', hasParked: true }],
  ]);
  for (const state of ['active', 'paused', 'disabled', 'deleted'] as const) {
    receivers.set(state, { state, hasParked: false });
  }
  const ids = (matches: readonly ReplayMatch[]): string[] => matches.map(({ id }) => id);

  it('leaves out subscriptions that are deleted, disabled or gone, and lets paused ones hold their deliveries', () => {
    const matches = [match('1', 'deleted'), match('2', 'paused'), match('3', 'disabled'), match('4', 'active'), match('5', 'gone')]; // prettier-ignore
    const { send, ...rest } = nextBatch(matches, receivers, true);
    expect(ids(send)).toEqual(['2', '4']);
    expect(rest).toEqual({ skipped: ['deleted', 'disabled', 'gone'], restFrom: null, hold: null });
  });

  it('ends before a subscription for which other deliveries wait', () => {
    const { send, ...rest } = nextBatch(
      [match('1', 'active'), match('2', 'busy'), match('3', 'active')],
      receivers,
      true,
    );
    expect(ids(send)).toEqual(['1']);
    expect(rest).toEqual({ skipped: [], restFrom: '2', hold: 'backlog' });
  });

  it('is sent whole when it has waited long enough, and the wait begins again', () => {
    const { send, ...rest } = nextBatch([match('1', 'busy'), match('2', 'active')], receivers, false);
    expect(ids(send)).toEqual(['1', '2']);
    expect(rest).toEqual({ skipped: [], restFrom: null, hold: 'backlog' });
  });

  it('is held by its only subscription while that is paused, disabled or busy, and ends with it', () => {
    const states = ['active', 'paused', 'disabled', 'deleted', 'busy'];
    expect(states.map((state) => obstacleOf(receivers.get(state)))).toEqual([
      null,
      'paused',
      'disabled',
      'deleted',
      'backlog',
    ]);
  });
});

describe('named deliveries', () => {
  it('are replayed once for each event and subscription: the one that was opened last', () => {
    const named = (id: string, eventId: string, createdAt: Date | null, subscriptionId = 's') => {
      return { id, eventId, subscriptionId, createdAt };
    };
    expect(
      latestOfNamed([
        named('e1-9', 'e1', later(1)),
        named('e1-5', 'e1', later(2)),
        named('e1-1', 'e1', null),
        named('e1-2', 'e1', null, 'other'),
        named('e0-1', 'e0', null),
      ]),
    ).toEqual(['e0-1', 'e1-2', 'e1-5']);
  });
});

describe('a replay after a step', () => {
  it('counts what was sent, and is due when the next batch may be sent', () => {
    const { replay, dueAt } = step(aReplay(), { sending: sending({ skipped: 2 }) });
    expect(replay).toMatchObject({ sent: 25, skipped: 2, position: 'b', state: 'running', allSentAt: null });
    expect(replay.sendAt).toEqual(later(250));
    expect(dueAt).toEqual(later(250));
  });

  it('is looked at each second, however slowly it sends', () => {
    const { replay, dueAt } = step(aReplay({ rate: 0.1 }), { sending: sending({ opened: 1 }) });
    expect(replay.sendAt).toEqual(later(10_000));
    expect(dueAt).toEqual(later(1000));
  });

  it('looks again soon while a receiver is busy, in a second while it is closed, and remembers since when', () => {
    const held = sending({ opened: 0, hold: 'backlog' });
    const first = step(aReplay(), { sending: held }).replay;
    expect(first).toMatchObject({ heldBy: 'backlog', heldSince: NOW, sendAt: later(250) });
    const closed = step(aReplay(), { sending: sending({ opened: 0, hold: 'paused' }) }).replay;
    expect(closed.sendAt).toEqual(later(1000));
    const second = step(first, { sending: held, now: later(1000) }).replay;
    expect(second.heldSince).toEqual(NOW);
    const third = step(second, { sending: sending({ hold: 'backlog' }), now: later(11_000) }).replay;
    expect(third).toMatchObject({ heldSince: later(11_000), sent: 25 });
    expect(step(third, { sending: sending(), now: later(12_000) }).replay).toMatchObject({
      heldBy: null,
      heldSince: null,
    });
  });

  it('goes on waiting for what is busy after a step that found nothing in its time', () => {
    const waiting = aReplay({ heldBy: 'backlog', heldSince: NOW });
    const { replay, dueAt } = step(waiting, { sending: sending({ opened: 0, position: 'c' }), now: later(11_000) });
    expect(replay).toMatchObject({ heldBy: 'backlog', heldSince: NOW, position: 'c' });
    expect(dueAt.getTime()).toBeLessThanOrEqual(later(11_000).getTime());
  });

  it('has sent everything when nothing is left, but has not finished before each outcome is known', () => {
    const last = sending({ opened: 10, isExhausted: true });
    const { replay, dueAt } = step(aReplay({ sent: 388, skipped: 1 }), { sending: last });
    expect(replay).toMatchObject({ state: 'running', sent: 398, matched: 399, allSentAt: NOW, finishedAt: null });
    expect(dueAt).toEqual(later(250));
    const settled = { delivered: 390, failed: 7, cancelled: 1, last: null };
    const finished = step(replay, { settled, hasUnsettled: false, now: later(250) }).replay;
    expect(finished).toMatchObject({ state: 'finished', finishedAt: later(250), isSettled: true });
    expect(finished).toMatchObject({ delivered: 390, failed: 7, cancelled: 1 });
  });

  it('finishes also if it was paused after everything was sent', () => {
    const paused = aReplay({ state: 'paused', sent: 400, allSentAt: NOW });
    expect(step(paused).replay).toMatchObject({ state: 'paused', isSettled: false });
    const settled = { delivered: 400, failed: 0, cancelled: 0, last: null };
    const { replay } = step(paused, { settled, hasUnsettled: false, now: later(250) });
    expect(replay).toMatchObject({ state: 'finished', finishedAt: later(250), delivered: 400, isSettled: true });
    expect(step(aReplay({ state: 'paused' }), { hasUnsettled: false }).replay.state).toBe('paused');
  });

  it('finishes in one step if it found nothing', () => {
    const { replay } = step(aReplay({ matched: 0 }), { sending: sending({ opened: 0, isExhausted: true }), hasUnsettled: false }); // prettier-ignore
    expect(replay).toMatchObject({ state: 'finished', matched: 0, isSettled: true });
  });

  it('fails when its subscription is deleted, and goes on counting what it has sent', () => {
    const deleted = sending({ opened: 0, cannotGoOn: true, problem: 'the subscription has been deleted' });
    const { replay } = step(aReplay({ sent: 50 }), { sending: deleted });
    expect(replay).toMatchObject({ state: 'failed', finishedAt: NOW, isSettled: false, lastError: 'the subscription has been deleted' }); // prettier-ignore
    expect(step(replay, { hasUnsettled: false }).replay).toMatchObject({ state: 'failed', isSettled: true });
  });

  it('is settled after it was cancelled, with the counts of what was sent', () => {
    const cancelled = aReplay({ state: 'cancelled', sent: 50, finishedAt: NOW });
    const settled = { delivered: 50, failed: 0, cancelled: 0, last: null };
    const { replay } = step(cancelled, { settled, hasUnsettled: false, now: later(9) });
    expect(replay).toMatchObject({ state: 'cancelled', delivered: 50, isSettled: true, finishedAt: NOW });
  });

  it('goes on with the outcomes where it stopped', () => {
    const settled = { delivered: 1, failed: 0, cancelled: 0, last: 'd' };
    expect(step(aReplay({ state: 'paused', settledUntil: 'c' }), { settled }).replay.settledUntil).toBe('d');
  });

  it('forgets that a step failed, but not that something was skipped, nor why it ended', () => {
    const failing = aReplay({ lastError: 'a step failed' });
    expect(step(failing, { sending: sending() }).replay.lastError).toBeNull();
    expect(step(failing, { sending: sending({ opened: 0, hold: 'paused' }) }).replay.lastError).toBeNull();
    expect(step({ ...failing, allSentAt: NOW }).replay.lastError).toBeNull();
    expect(step({ ...failing, state: 'failed', finishedAt: NOW }).replay.lastError).toBe('a step failed');
    const skipping = step(aReplay(), { sending: sending({ skipped: 1, problem: 'some were skipped' }) }).replay;
    expect(step(skipping, { sending: sending() }).replay.lastError).toBe('some were skipped');
  });
});

describe('the summary of a replay', () => {
  it.each<[Partial<Replay>, string]>([
    [{ matched: 4000, sent: 1200 }, '1,200 of 4,000 are sent, at up to 100 a second.'],
    [{ sent: 10, skipped: 2 }, '12 of 400 are done, of which 2 were skipped, at up to 100 a second.'],
    [{ sent: 10, heldBy: 'paused' }, '10 of 400 are sent; it waits because the subscription is paused; set its state to "active", or cancel the replay.'], // prettier-ignore
    [{ sent: 400, delivered: 397, allSentAt: NOW }, 'Everything is sent, and 3 deliveries are not finished.'],
    [{ sent: 400, delivered: 399, allSentAt: NOW }, 'Everything is sent, and one delivery is not finished.'],
    [{ state: 'paused', sent: 10 }, 'It is paused: 10 of 400 are sent; set its state to "running" to go on.'],
    [{ state: 'finished', matched: 0 }, 'Nothing matched, so nothing was sent.'],
    [{ state: 'finished', sent: 399, delivered: 390, failed: 8, cancelled: 1, skipped: 1 }, '399 were sent: 390 delivered, 8 failed, 1 cancelled; one was skipped.'], // prettier-ignore
    [{ state: 'cancelled', sent: 10 }, 'A client cancelled it: 10 of 400 are sent, and what was sent stays sent.'],
    [{ state: 'failed', sent: 10, lastError: 'the subscription has been deleted' }, 'It could not go on: 10 of 400 are sent; the subscription has been deleted.'], // prettier-ignore
  ])('of %j is one sentence', (given, sentence) => {
    expect(replaySummary(aReplay(given))).toBe(sentence);
  });
});
