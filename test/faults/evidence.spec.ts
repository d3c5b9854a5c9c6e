import type { Pool } from 'pg';
import { STATE } from '../../src/delivery/domain/delivery-state.js';
import { type AttemptRow, type DeliveryRow, type Evidence, readTraces } from './evidence.js';
import { INVARIANTS } from './invariants.js';
import type { Received } from './receiver.js';

const STEPS = ['pending', 'answered', 'recorded'] as const;

/** A delivery that takes the next step whenever something is read, until it has taken them all. */
class MovingDelivery {
  private step: number;

  /** @param firstReads reads after which it takes its first step; it takes one at each further read */
  constructor(firstReads: number) {
    this.step = -firstReads;
  }

  readonly database = {
    query: (sql: string) => Promise.resolve({ rows: this.read(sql) }),
  } as unknown as Pick<Pool, 'query'>;

  readonly receiver = {
    report: () => Promise.resolve(this.now() === 'pending' ? [] : [aRequest]),
  };

  private read(sql: string): unknown[] {
    const step = this.now();
    if (sql.includes('open_deliveries')) return step === 'recorded' ? [] : [aDelivery(STATE.pending)];
    if (step !== 'recorded') return [];
    return sql.includes('from attempts') ? [anAttempt] : [aDelivery(STATE.delivered)];
  }

  private now(): (typeof STEPS)[number] {
    const step = STEPS[Math.min(Math.max(this.step, 0), STEPS.length - 1)]!;
    this.step += 1;
    return step;
  }
}

const aDelivery = (state: number): DeliveryRow => ({ id: 'd', eventId: 'e', subscriptionId: 's', state, attemptCount: 1 }); // prettier-ignore
const aRequest = { deliveryId: 'd', eventId: 'e', attempt: 1, statusCode: 200, startedAt: 0, endedAt: 1 } as Received;
const anAttempt: AttemptRow = { deliveryId: 'd', number: 1, errorCode: null, isLate: false, startedAt: 0 };

describe('the traces of a run', () => {
  it.each([0, 1, 2, 3])('agree although a delivery goes on after %i reads', async (reads) => {
    const moving = new MovingDelivery(reads);

    const traces = await readTraces(moving.database, moving.receiver);

    const accepted = [{ eventId: 'e', sha256: '', subscriptionIds: ['s'] }];
    const evidence = { ...traces, accepted } as unknown as Evidence;
    expect([...INVARIANTS.I1(evidence), ...INVARIANTS.I3(evidence)]).toEqual([]);
  });
});
