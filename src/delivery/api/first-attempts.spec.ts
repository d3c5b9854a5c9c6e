import { Unavailable } from '../../shared/errors/domain-error.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { SystemClock } from '../../shared/time/clock.js';
import { STATE } from '../domain/delivery-state.js';
import type { DeliveryHistoryRepository, DeliveryRow } from '../storage/delivery-history.repository.js';
import type { DeliveryHistory } from './delivery-history.js';
import type { AttemptAnswer, DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';
import { FirstAttempts } from './first-attempts.js';

type Row = Pick<DeliveryRow, 'state' | 'attempt_count' | 'next_attempt_at' | 'finished_at'>;
type Looks = readonly (Row | null | Error)[];

const LONG_MS = 600_000;
const FINISHED = { next_attempt_at: null, finished_at: new Date(0) };
const OPEN = { next_attempt_at: new Date(0), finished_at: null };
const PENDING: Row = { ...OPEN, state: STATE.pending, attempt_count: 0 };
const IN_FLIGHT: Row = { ...OPEN, state: STATE.inFlight, attempt_count: 1 };
const RETRYING: Row = { ...OPEN, state: STATE.pending, attempt_count: 1 };
const DELIVERED: Row = { ...FINISHED, state: STATE.delivered, attempt_count: 1 };
const CANCELLED: Row = { ...FINISHED, state: STATE.cancelled, attempt_count: 0 };
const ATTEMPT = { number: 1 } as AttemptAnswer;

/** Waits for a delivery that looks like this, one look after the other; the last look repeats. */
function waitFor(looks: Looks, given: { attempts?: AttemptAnswer[]; patienceMs?: number; signal?: AbortSignal } = {}) {
  const { attempts = [ATTEMPT], patienceMs = 0, signal = new AbortController().signal } = given;
  let looked = 0;
  const repository = {
    findById: (): Promise<Row | null> => {
      const look = looks[Math.min(looked, looks.length - 1)];
      looked += 1;
      return look instanceof Error ? Promise.reject(look) : Promise.resolve(look ?? null);
    },
  };
  const history = { get: () => Promise.resolve({ status: 'seen', attempts } as unknown as DeliveryWithAttemptsAnswer) };
  const waiting = new FirstAttempts(
    repository as unknown as DeliveryHistoryRepository,
    history as unknown as DeliveryHistory,
    new SystemClock(),
  );
  return waiting.waitFor('t', newUuid(0), patienceMs, signal);
}

describe('the wait for a first attempt', () => {
  it.each<[string, Looks, object]>([
    ['delivered', [DELIVERED], { status: 'seen', attempt: ATTEMPT, hindrance: null }],
    ['to be retried', [RETRYING], { status: 'seen', attempt: ATTEMPT, hindrance: null }],
    ['in flight', [IN_FLIGHT], { status: 'in_flight', attempt: null, hindrance: 'in_flight' }],
    ['in flight again', [{ ...IN_FLIGHT, attempt_count: 2 }], { status: 'seen', attempt: ATTEMPT, hindrance: null }],
    ['pending', [PENDING], { status: 'pending', attempt: null, hindrance: 'untaken' }],
    ['parked', [{ ...PENDING, next_attempt_at: Infinity }], { status: 'pending', attempt: null, hindrance: 'parked' }],
    ['gone', [null], { status: null, attempt: null, hindrance: null }],
    ['unreadable', [new Unavailable('Too many')], { status: null, attempt: null, hindrance: null }],
  ])('says what is known when its time is over: a delivery that is %s', async (_, looks, known) => {
    expect(await waitFor(looks)).toEqual(known);
  });

  it('ends as soon as the attempt is recorded, whatever was seen before', async () => {
    const looks = [PENDING, new Unavailable('Too many'), null, IN_FLIGHT, DELIVERED];

    expect(await waitFor(looks, { patienceMs: LONG_MS })).toMatchObject({ attempt: ATTEMPT });
  });

  it('ends when the delivery was cancelled before an attempt', async () => {
    expect(await waitFor([PENDING, CANCELLED], { patienceMs: LONG_MS, attempts: [] })).toMatchObject({
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
