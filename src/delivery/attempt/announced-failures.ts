import { Injectable } from '@nestjs/common';
import { type OperationalEventType, Outbox } from '../../announcements/index.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { AskingTenants, isOperational } from '../../subscriptions/index.js';
import type { FinishedAttempt } from '../domain/finished-attempt.js';

const TYPE: OperationalEventType = 'webhooks.delivery.failed';
const NONE: readonly Uuid[] = [];

/** Decides which failures are announced. */
@Injectable()
export class AnnouncedFailures {
  constructor(
    private readonly asking: AskingTenants,
    private readonly outbox: Outbox,
  ) {}

  /**
   * The deliveries that fail for good with one of these attempts, and whose tenant may ask for such events. The failure
   * of an operational event is never one of them: an event about it could fail as well, and so on without end.
   */
  among(attempts: readonly FinishedAttempt[]): readonly Uuid[] {
    // Nearly all groups have none.
    if (!attempts.some(({ decision }) => decision.next === 'failed')) return NONE;
    return attempts
      .filter(({ decision, delivery }) => {
        const isFailure = decision.next === 'failed' && !isOperational(delivery.eventType);
        return isFailure && this.asking.mayAsk(delivery.tenantId, TYPE);
      })
      .map(({ delivery }) => delivery.id);
  }

  /** They are recorded. */
  recorded(announced: readonly Uuid[]): void {
    if (announced.length > 0) this.outbox.ring();
  }
}
