import type { Announcements, AnnouncingTransaction } from '../../announcements/index.js';
import type { PatientQuery } from '../../shared/database/patient-transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Failing } from '../domain/failing.js';
import type { Change } from '../domain/next-failing.js';

/** A subscription, and what is known of its failures. */
interface Told {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly failing: Failing;
}

/** Tells tenants about their failing subscriptions, in the transaction that records it. */
export class AnnouncedChanges {
  constructor(private readonly announcements: Announcements) {}

  failing(
    query: PatientQuery,
    { id, tenantId, failing }: Told,
    { warning, secondsLeft }: NonNullable<Change['warning']>,
    nowMs: number,
  ): Promise<void> {
    return this.announcements.announce(transactionOf(query), {
      tenantId,
      type: 'webhooks.subscription.failing',
      data: {
        subscriptionId: id,
        stage: warning.name,
        failingSinceMs: failing.sinceMs,
        consecutiveFailures: failing.failures,
        disablesAtMs: nowMs + Math.round(secondsLeft * 1000),
        lastStatusCode: failing.lastStatusCode,
        lastError: failing.lastErrorCode === null ? null : { code: failing.lastErrorCode, message: null },
      },
    });
  }

  recovered(query: PatientQuery, { id, tenantId, failing }: Told): Promise<void> {
    return this.announcements.announce(transactionOf(query), {
      tenantId,
      type: 'webhooks.subscription.recovered',
      data: { subscriptionId: id, failingSinceMs: failing.sinceMs, consecutiveFailures: failing.failures },
    });
  }
}

function transactionOf(query: PatientQuery): AnnouncingTransaction {
  return { query: (text, values) => query(text, values) };
}
