import { Unavailable } from '../../shared/errors/domain-error.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { SystemClock } from '../../shared/time/clock.js';
import { STATE } from '../domain/delivery-state.js';
import type { OpenDeliveryRepository, OpenDeliveryRow } from '../storage/open-delivery.repository.js';
import type { DeliveryHistory } from './delivery-history.js';
import type { AttemptAnswer, DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';
import { type FirstAttempt, FirstAttempts } from './first-attempts.js';

/** What a look finds: an unfinished delivery, null for a finished one, or an error. */
type Looks = readonly (OpenDeliveryRow | null | Error)[];

const LONG_MS = 600_000;
const PENDING: OpenDeliveryRow = { state: STATE.pending, attempt_count: 0, next_attempt_at: new Date(0) };
const PARKED: OpenDeliveryRow = { ...PENDING, next_attempt_at: Infinity };
const IN_FLIGHT: OpenDeliveryRow = { ...PENDING, state: STATE.inFlight, attempt_count: 1 };
const RETRYING: OpenDeliveryRow = { ...PENDING, attempt_count: 1 };
const FINISHED = null;
const ATTEMPT = { number: 1 } as AttemptAnswer;
const DELIVERED = { status: 'delivered', attempts: [ATTEMPT] } as unknown as DeliveryWithAttemptsAnswer;
const CANCELLED = { status: 'cancelled', attempts: [] } as unknown as DeliveryWithAttemptsAnswer;

/** Waits for a delivery that looks like this, one look after the other; the last look repeats. */
function waitFor(
  looks: Looks,
  given: { delivery?: DeliveryWithAttemptsAnswer; patienceMs?: number; signal?: AbortSignal } = {},
): Promise<FirstAttempt> {
  const { delivery = DELIVERED, patienceMs = 0, signal = new AbortController().signal } = given;
  let looked = 0;
  const open = {
    find: (): Promise<OpenDeliveryRow | null> => {
      const look = looks[Math.min(looked, looks.length - 1)];
      looked += 1;
      return look instanceof Error ? Promise.reject(look) : Promise.resolve(look ?? null);
    },
  };
  const history = { get: () => Promise.resolve(delivery) };
  const waiting = new FirstAttempts(
    open as unknown as OpenDeliveryRepository,
    history as unknown as DeliveryHistory,
    new SystemClock(),
  );
  return waiting.waitFor('t', newUuid(0), patienceMs, signal);
}

describe('the wait for a first attempt', () => {
  it.each<[string, Looks, object]>([
    ['finished', [FINISHED], { status: 'delivered', attempt: ATTEMPT, hindrance: null }],
    ['to be retried', [RETRYING], { status: 'delivered', attempt: ATTEMPT, hindrance: null }],
    ['in flight', [IN_FLIGHT], { status: 'in_flight', attempt: null, hindrance: 'in_flight' }],
    [
      'in flight again',
      [{ ...IN_FLIGHT, attempt_count: 2 }],
      { status: 'delivered', attempt: ATTEMPT, hindrance: null },
    ],
    ['pending', [PENDING], { status: 'pending', attempt: null, hindrance: 'untaken' }],
    ['parked', [PARKED], { status: 'pending', attempt: null, hindrance: 'parked' }],
    ['unreadable', [new Unavailable('Too many')], { status: null, attempt: null, hindrance: null }],
  ])('says what is known when its time is over: a delivery that is %s', async (_, looks, known) => {
    expect(await waitFor(looks)).toEqual(known);
  });

  it('ends as soon as the attempt is recorded, whatever was seen before', async () => {
    const looks = [PENDING, new Unavailable('Too many'), PARKED, IN_FLIGHT, FINISHED];

    expect(await waitFor(looks, { patienceMs: LONG_MS })).toMatchObject({ attempt: ATTEMPT });
  });

  it('ends when the delivery was cancelled before an attempt', async () => {
    expect(await waitFor([PENDING, FINISHED], { patienceMs: LONG_MS, delivery: CANCELLED })).toMatchObject({
      attempt: null,
      hindrance: 'cancelled',
    });
  });

  it('ends when it is told to', async () => {
    const ended = new AbortController();
    const waiting = waitFor([PENDING], { patienceMs: LONG_MS, signal: ended.signal });

    ended.abort();

    expect(await waiting).toMatchObject({ attempt: null, hindrance: 'untaken' });
    expect(await waitFor([PENDING], { patienceMs: LONG_MS, signal: ended.signal })).toMatchObject({ attempt: null });
  });

  it('fails with errors that do not pass', async () => {
    const defect = new TypeError('a defect');

    await expect(waitFor([defect], { patienceMs: LONG_MS })).rejects.toBe(defect);
  });
});
