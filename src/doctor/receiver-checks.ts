import { Injectable } from '@nestjs/common';
import { AuditTrail, type Caller } from '../access/index.js';
import { type Certificate, NotAttempted, type ProbeLine, ReceiverProbes } from '../delivery/index.js';
import { UnknownEncryptionKey } from '../shared/crypto/secret-box.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { Shares } from '../shared/shares.js';
import { Shutdown } from '../shared/shutdown.js';
import { Clock } from '../shared/time/clock.js';
import { type Receiver, Receivers } from '../subscriptions/index.js';
import { TargetGuard, targetRefusal } from '../targets/index.js';
import { type Report, reportOf } from './domain/report.js';
import type { Sent } from './domain/series.js';
import { sendSeries } from './probe-series.js';
import { CannotSend, CheckRunning, TooManyChecks } from './receiver-check.errors.js';

/** Checks that this process runs at once. A tenant that is alone may have half of them. */
const MAX_RUNNING = 16;
/** Longest time for all requests of a check. */
const BUDGET_MS = 60_000;

/** What a check found, and what it is based on. */
export interface CheckedReceiver extends Report {
  readonly targetUrl: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly sent: readonly Sent[];
}

/** Sends test requests to receivers, and says what is wrong with the answers. */
@Injectable()
export class ReceiverChecks {
  private readonly shares = new Shares(MAX_RUNNING);
  /** Subscriptions whose receivers this process checks now: tenant and id. */
  private readonly running = new Set<string>();

  constructor(
    private readonly receivers: Receivers,
    private readonly probes: ReceiverProbes,
    private readonly guard: TargetGuard,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly shutdown: Shutdown,
  ) {}

  /**
   * Checks the receiver of a subscription, even of a paused or disabled one. Nothing of it enters the history.
   *
   * @param gone ends the check, because nobody waits for it any more
   * @throws SubscriptionNotFound; InvalidInput when the target is not allowed; CheckRunning; TooManyChecks; CannotSend;
   * the reason for which `gone` aborts
   */
  async check(caller: Caller, id: Uuid, gone: AbortSignal): Promise<CheckedReceiver> {
    const { tenantId } = caller;
    // A foreign id names nothing here, and must not keep its owner waiting.
    const owned = `${tenantId} ${id}`;
    if (this.running.has(owned)) throw new CheckRunning(toPublicId('sub', id));
    if (!this.shares.take(tenantId)) throw new TooManyChecks();
    this.running.add(owned);
    try {
      return await this.run(caller, id, AbortSignal.any([gone, this.shutdown.signal]));
    } catch (error) {
      if (error instanceof NotAttempted) throw new CannotSend(error.fault, error);
      if (error instanceof UnknownEncryptionKey) throw new CannotSend('encryption_key', error);
      throw error;
    } finally {
      this.running.delete(owned);
      this.shares.giveBack(tenantId);
    }
  }

  private async run(caller: Caller, id: Uuid, signal: AbortSignal): Promise<CheckedReceiver> {
    const receiver = await this.receivers.get(caller.tenantId, id);
    const refusal = await targetRefusal(this.guard, receiver.targetUrl);
    if (refusal !== null) throw new InvalidInput([{ pointer: '/target_url', detail: refusal }]);
    await this.audit.change(caller, (_tx, record) =>
      record({ action: 'subscription.checked', target: toPublicId('sub', id) }),
    );
    const line = this.probes.open(receiver, signal);
    try {
      return await this.examine(line, receiver, id);
    } finally {
      await line.close();
    }
  }

  private async examine(line: ProbeLine, receiver: Receiver, subscriptionId: Uuid): Promise<CheckedReceiver> {
    const { targetUrl, timeoutMs, state } = receiver;
    const startedAtMs = this.clock.nowMs();
    const startedMs = this.clock.monotonicMs();
    const sent = await sendSeries(line, this.clock, { subscriptionId, timeoutMs, budgetMs: BUDGET_MS });
    const report = reportOf({
      sent,
      budgetMs: BUDGET_MS,
      timeoutMs,
      isSecure: targetUrl.startsWith('https:'),
      refusedCertificate: await refusedCertificate(line, sent),
      state,
      nowMs: this.clock.nowMs(),
    });
    return { ...report, targetUrl, startedAtMs, durationMs: this.clock.monotonicMs() - startedMs, sent };
  }
}

/** Looks at a certificate that was refused, for its dates. */
function refusedCertificate(line: ProbeLine, [first]: readonly Sent[]): Promise<Certificate | null> {
  return first?.answer.error?.code === 'tls_failure' ? line.readCertificate() : Promise.resolve(null);
}
