import { Injectable } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../shared/database/unavailable.js';
import { Unavailable } from '../../shared/errors/domain-error.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import { type DeliveryStatus, deliveryStatus, STATE } from '../domain/delivery-state.js';
import { OpenDeliveryRepository, type OpenDeliveryRow } from '../storage/open-delivery.repository.js';
import { DeliveryHistory } from './delivery-history.js';
import type { AttemptAnswer } from './dto/delivery-answer.js';

/** Pauses between looks. They grow: most attempts are recorded within some milliseconds, and the others take long. */
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;
const GROWTH = 1.5;

/**
 * Why a delivery has no recorded attempt: one is in progress, it waits for room in its lane, no worker has taken it, or
 * it was cancelled.
 */
export type Hindrance = 'in_flight' | 'parked' | 'untaken' | 'cancelled';

/** What is known of a delivery; null if nothing is, because PostgreSQL did not answer. */
export interface FirstAttempt {
  readonly status: DeliveryStatus | null;
  readonly attempt: AttemptAnswer | null;
  /** Null if there is an attempt, or nothing is known. */
  readonly hindrance: Hindrance | null;
}

/** Waits for the first attempt of a delivery, whichever process makes it. Holds no connection meanwhile. */
@Injectable()
export class FirstAttempts {
  constructor(
    private readonly open: OpenDeliveryRepository,
    private readonly history: DeliveryHistory,
    private readonly clock: Clock,
  ) {}

  /**
   * Returns as soon as the first attempt is recorded, or there will be none.
   *
   * @param patienceMs longest wait
   * @param signal ends the wait
   */
  async waitFor(tenantId: string, id: Uuid, patienceMs: number, signal: AbortSignal): Promise<FirstAttempt> {
    const endsAtMs = this.clock.monotonicMs() + patienceMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, MAX_PAUSE_MS)) {
      const leftMs = endsAtMs - this.clock.monotonicMs();
      await pause(Math.max(0, Math.min(pauseMs, leftMs)), signal);
      const seen = await this.look(tenantId, id);
      const isOver = leftMs <= pauseMs || signal.aborted;
      if (seen.attempt !== null || seen.hindrance === 'cancelled' || isOver) return seen;
    }
  }

  /** A look that fails is no reason to give up: the event is committed, and the next look may succeed. */
  private async look(tenantId: string, id: Uuid): Promise<FirstAttempt> {
    try {
      const open = await this.open.find(tenantId, id);
      const hindrance = open === null ? null : hindranceOf(open);
      if (open !== null && hindrance !== null) {
        return { status: deliveryStatus(open.state, open.attempt_count), attempt: null, hindrance };
      }
      return await this.read(tenantId, id);
    } catch (error) {
      if (error instanceof Unavailable || isDatabaseUnavailable(error)) return NOTHING;
      throw error;
    }
  }

  /** Reads a delivery that had an attempt or is finished. */
  private async read(tenantId: string, id: Uuid): Promise<FirstAttempt> {
    const { status, attempts } = await this.history.get(tenantId, id);
    const [attempt] = attempts;
    if (attempt !== undefined) return { status, attempt, hindrance: null };
    return { status, attempt: null, hindrance: status === 'cancelled' ? 'cancelled' : 'in_flight' };
  }
}

const NOTHING: FirstAttempt = { status: null, attempt: null, hindrance: null };

/** Null once an attempt is recorded. The number of an attempt in flight counts already. */
function hindranceOf({
  state,
  attempt_count: attempts,
  next_attempt_at: nextAttemptAt,
}: OpenDeliveryRow): Hindrance | null {
  if (state === STATE.inFlight) return attempts > 1 ? null : 'in_flight';
  if (attempts > 0) return null;
  return nextAttemptAt === Infinity ? 'parked' : 'untaken';
}

/** Ends early when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
