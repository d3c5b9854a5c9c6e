import { STATE } from '../../src/delivery/domain/delivery-state.js';
import type { AttemptRow, DeliveryRow, Evidence, ReceivedRequest } from './evidence.js';
import {
  brokenInvariants,
  extraSuccesses,
  INVARIANTS,
  type InvariantName,
  lostDeliveries,
  overlaps,
} from './invariants.js';

const SUBSCRIPTIONS = ['s1', 's2'];

const aDelivery = (given: Partial<DeliveryRow> = {}): DeliveryRow => ({
  ...{ id: 'd1', eventId: 'e1', subscriptionId: 's1', state: STATE.delivered, attemptCount: 1 },
  ...given,
});
const aRequest = (given: Partial<ReceivedRequest> = {}): ReceivedRequest => ({
  ...{ eventId: 'e1', deliveryId: 'd1', attempt: 1, statusCode: 200, startedAt: 0, endedAt: 10 },
  ...{ sha256: 'posted', isSigned: true },
  ...given,
});
const anAttempt = (given: Partial<AttemptRow> = {}): AttemptRow => ({
  ...{ deliveryId: 'd1', number: 1, errorCode: null, isLate: false, startedAt: 0 },
  ...given,
});
const second = { id: 'd2', subscriptionId: 's2' };

/** One event for two subscriptions; the second delivery failed at first. */
const sound: Evidence = {
  accepted: [{ eventId: 'e1', sha256: 'posted', subscriptionIds: SUBSCRIPTIONS }],
  posted: new Set(['posted', 'never answered']),
  open: [],
  finished: [aDelivery(), aDelivery({ ...second, attemptCount: 2 })],
  attempts: [anAttempt(), anAttempt({ deliveryId: 'd2' }), anAttempt({ deliveryId: 'd2', number: 2 })],
  received: [
    aRequest(),
    aRequest({ deliveryId: 'd2', statusCode: 500 }),
    aRequest({ deliveryId: 'd2', attempt: 2, startedAt: 20, endedAt: 30 }),
  ],
  longestPastLease: 1,
  stops: [],
  leaseSeconds: 3,
  timeoutSeconds: 1,
  hasZombies: false,
  redis: { before: { jobs: [], usedBytes: 1_000_000 }, after: { jobs: [], usedBytes: 1_040_000 } },
  secrets: ['whsec-secret'],
  logs: [{ name: 'api', text: 'event.accepted' }],
  peaksMb: [{ process: 'api', mb: 200 }],
};
const with2nd = (request: Partial<ReceivedRequest>): Partial<Evidence> => ({
  received: [...sound.received, aRequest({ attempt: 2, startedAt: 100, endedAt: 110, ...request })],
  attempts: [...sound.attempts, anAttempt({ number: 2 })],
});

/** For each invariant, evidence that breaks it and no other. */
const planted: Record<InvariantName, readonly (readonly [title: string, violation: Partial<Evidence>])[]> = {
  I1: [
    ['a delivery is missing', { finished: [aDelivery()] }],
    [
      'a delivery is there twice',
      {
        finished: [...sound.finished, aDelivery({ id: 'd3' })],
        received: [...sound.received, aRequest({ deliveryId: 'd3' })],
        attempts: [...sound.attempts, anAttempt({ deliveryId: 'd3' })],
      },
    ],
    [
      'an accepted event is not there at all',
      { accepted: [...sound.accepted, { ...sound.accepted[0]!, eventId: 'e2' }] },
    ],
  ],
  I2: [
    [
      'a delivery is still pending',
      { finished: [aDelivery()], open: [aDelivery({ ...second, state: STATE.pending })] },
    ],
    ['a delivery stays in flight past its lease', { longestPastLease: 5.1 }],
  ],
  I3: [
    [
      'a delivered one was only ever answered by 500',
      {
        received: sound.received.map((request) => (request.attempt === 2 ? { ...request, statusCode: 500 } : request)),
      },
    ],
    [
      'a delivered one was never received',
      { received: sound.received.filter(({ deliveryId }) => deliveryId === 'd1') },
    ],
  ],
  I4: [['an attempt has no row', { attempts: sound.attempts.filter(({ number }) => number === 1) }]],
  I5: [
    [
      'an attempt is received twice',
      { received: [...sound.received, aRequest({ statusCode: null, startedAt: 50, endedAt: 60 })] },
    ],
  ],
  I6: [['a request begins while the one before is under way', with2nd({ statusCode: 500, startedAt: 9.9 })]],
  I7: [['a delivery succeeds twice although nothing was stopped', with2nd({})]],
  I8: [
    ['other bytes arrive', { received: sound.received.map((request) => ({ ...request, sha256: 'never answered' })) }],
    [
      'bytes arrive for an event nobody knows that nobody posted',
      {
        received: [...sound.received, aRequest({ eventId: 'e9', deliveryId: 'd9', sha256: 'made up' })],
        attempts: [...sound.attempts, anAttempt({ deliveryId: 'd9' })],
      },
    ],
    ['a signature does not verify', { received: sound.received.map((request) => ({ ...request, isSigned: false })) }],
  ],
  I9: [
    ['a job is left', { redis: { ...sound.redis!, after: { jobs: ['faults:deliveries:1'], usedBytes: 1_000_000 } } }],
    ['memory is not given back', { redis: { ...sound.redis!, after: { jobs: [], usedBytes: 1_060_000 } } }],
  ],
  I10: [['a secret is logged', { logs: [{ name: 'api', text: 'secret: whsec-secret.' }] }]],
  I11: [['a process takes too much', { peaksMb: [{ process: 'api', mb: 512 }] }]],
};

describe('the invariants', () => {
  it('hold for a run without faults', () => {
    expect(brokenInvariants(sound)).toEqual([]);
    expect(lostDeliveries(sound)).toBe(0);
  });

  it('are each tested with a violation', () => {
    expect(Object.keys(planted)).toEqual(Object.keys(INVARIANTS));
    expect(Object.values(planted).every(({ length }) => length > 0)).toBe(true);
  });

  describe.each(Object.entries(planted))('%s', (name, violations) => {
    it.each(violations)('is broken, and no other, when %s', (_, violation) => {
      const broken = brokenInvariants({ ...sound, ...violation });
      expect(broken.map((each) => each.name)).toEqual([name]);
      expect(broken[0]!.violations[0]).not.toBe('');
    });
  });

  describe('allow a second success', () => {
    const firstIs = (given: Partial<AttemptRow>): Evidence => {
      const { received = [] } = with2nd({ startedAt: 4000, endedAt: 4010 });
      const rest = sound.attempts.filter(({ deliveryId, number }) => deliveryId !== 'd1' || number !== 1);
      return { ...sound, received, attempts: [...rest, anAttempt(given), anAttempt({ number: 2 })] };
    };
    const stopAt = (beganAt: number, isDeath: boolean) => ({ beganAt, endedAt: beganAt, isDeath });
    const namesOf = (evidence: Evidence) => brokenInvariants(evidence).map(({ name }) => name);
    const abandoned = firstIs({ errorCode: 'abandoned' });
    const late = firstIs({ isLate: true });

    it('when its worker was killed before recording the first success', () => {
      expect(extraSuccesses(abandoned)).toBe(1);
      expect(namesOf({ ...abandoned, stops: [stopAt(5, true)] })).toEqual([]);
    });

    it('when its worker was held past the lease and recorded the first success late', () => {
      expect(namesOf({ ...late, stops: [stopAt(5, false)] })).toEqual([]);
    });

    it('when the first success came after the timeout', () => {
      const [first, ...rest] = late.received;
      const timeout = { ...firstIs({ errorCode: 'timeout' }), received: [{ ...first!, endedAt: 700 }, ...rest] };
      expect(namesOf(timeout)).toEqual([]);
      expect(namesOf({ ...timeout, received: [{ ...first!, endedAt: 699 }, ...rest] })).toEqual(['I7']);
    });

    it('but not when another worker was killed and its own continued', () => {
      expect(namesOf({ ...firstIs({}), stops: [stopAt(5, true)] })).toEqual(['I7']);
      expect(namesOf({ ...late, stops: [stopAt(5, true)] })).toEqual(['I7']);
    });

    it('but not when nothing was stopped while the first attempt could be in flight', () => {
      expect(namesOf(abandoned)).toEqual(['I7']);
      expect(namesOf({ ...abandoned, stops: [stopAt(3001, true)] })).toEqual(['I7']);
      expect(namesOf({ ...abandoned, stops: [stopAt(-1001, true)] })).toEqual(['I7']);
    });
  });

  it('count the overlaps of zombies without judging them', () => {
    const overlapping = { ...sound, ...with2nd({ statusCode: 500, startedAt: 9.9 }), hasZombies: true };
    expect(overlaps(overlapping)).toHaveLength(1);
    expect(brokenInvariants(overlapping)).toEqual([]);
  });

  it('treat an unanswered request as in flight', () => {
    const first = { ...aRequest(), endedAt: null };
    expect(overlaps({ received: [first, aRequest({ attempt: 2, startedAt: 1e9, endedAt: 2e9 })] })).toHaveLength(1);
  });

  it('accept an event whose publisher missed the answer', () => {
    const unanswered = { eventId: 'e2', deliveryId: 'd9', sha256: 'never answered' };
    const evidence = {
      ...sound,
      received: [...sound.received, aRequest(unanswered)],
      attempts: [...sound.attempts, anAttempt({ deliveryId: 'd9' })],
    };
    expect(brokenInvariants(evidence)).toEqual([]);
  });

  it('count a delivery that is not final as lost', () => {
    const open = [aDelivery({ ...second, state: STATE.pending })];
    expect(lostDeliveries({ ...sound, finished: [aDelivery()], open })).toBe(1);
  });
});
