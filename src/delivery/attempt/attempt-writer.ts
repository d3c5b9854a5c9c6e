import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { isDatabaseUnavailable } from '../../shared/database/unavailable.js';
import { GroupWriter } from '../../shared/group-writer.js';
import type { Linger } from '../../shared/lingering.js';
import { Logger } from '../../shared/logging/logger.js';
import { AttemptRepository } from '../storage/attempt.repository.js';
import type { FinishedAttempt, PostponedDelivery } from '../domain/finished-attempt.js';
import { AnnouncedFailures } from './announced-failures.js';

const MAX_GROUP = 256;
/** While many attempts finish, a group waits a little, so that each commit records more of them. */
const LINGER: Omit<Linger, 'fullAt'> = { ms: 10, fromRate: 50 };
/** The wait ends when it holds this share of as many attempts as the worker has slots: with more, slots stay taken. */
const LINGERING_SHARE = 1 / 8;
/**
 * How long results wait while PostgreSQL is unavailable. After that, the deliveries are retried when their leases end.
 */
const GIVE_UP_MS = 60_000;
const MAX_PAUSE_MS = 1000;

/** Whether a result changed its delivery, was stored but came too late for that, or could not be stored. */
export type Recorded = 'recorded' | 'late' | 'not_recorded';

/** Records the outcomes of claims in groups: finished attempts and postponed deliveries. */
@Injectable()
export class AttemptWriter {
  private readonly writer: GroupWriter<FinishedAttempt, Recorded>;
  private readonly postponing: GroupWriter<PostponedDelivery, boolean>;

  constructor(
    private readonly repository: AttemptRepository,
    private readonly failures: AnnouncedFailures,
    private readonly logger: Logger,
    { workerConcurrency }: Settings,
  ) {
    this.writer = new GroupWriter((attempts) => this.recordPatiently(attempts), {
      items: MAX_GROUP,
      groups: 2,
      linger: { ...LINGER, fullAt: Math.ceil(workerConcurrency * LINGERING_SHARE) },
    });
    this.postponing = new GroupWriter((postponed) => this.postponeAll(postponed), { items: MAX_GROUP, groups: 1 });
  }

  /** @throws when the result could not be recorded; the delivery is retried when its lease ends */
  write(attempt: FinishedAttempt): Promise<Recorded> {
    return this.writer.submit(attempt);
  }

  /**
   * Puts back a delivery that was not sent.
   *
   * @returns false when its claim was no longer valid
   * @throws when it could not be put back; do not repeat the call, because the lease now decides
   */
  postpone(postponed: PostponedDelivery): Promise<boolean> {
    return this.postponing.submit(postponed);
  }

  private async postponeAll(postponed: PostponedDelivery[]): Promise<boolean[]> {
    const putBack = await this.repository.postpone(postponed);
    return postponed.map(({ delivery }) => putBack.has(delivery.id));
  }

  private async recordPatiently(attempts: FinishedAttempt[]): Promise<Recorded[]> {
    for (let pauseMs = 50, waitedMs = 0; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        return await this.record(attempts);
      } catch (error) {
        if (!isDatabaseUnavailable(error)) return this.recordOneByOne(attempts, error);
        if (waitedMs >= GIVE_UP_MS) throw error;
        this.logger.warn({ err: error, attempts: attempts.length }, 'attempts.waiting_for_database');
        waitedMs += pauseMs;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  /** One attempt that cannot be stored must not keep the others from being recorded. */
  private async recordOneByOne(attempts: FinishedAttempt[], cause: unknown): Promise<Recorded[]> {
    if (attempts.length === 1) throw cause;
    const outcomes: Recorded[] = [];
    for (const attempt of attempts) {
      const [outcome] = await this.record([attempt]).catch((error: unknown) => {
        this.logger.error({ err: error, delivery_id: attempt.delivery.id }, 'attempt.not_recorded');
        return ['not_recorded' as const];
      });
      outcomes.push(outcome ?? 'not_recorded');
    }
    return outcomes;
  }

  private async record(attempts: FinishedAttempt[]): Promise<Recorded[]> {
    const announced = this.failures.among(attempts);
    const moved = await this.repository.record(attempts, announced);
    this.failures.recorded(announced);
    const others = attempts.filter(({ delivery }) => !moved.has(delivery.id));
    if (others.length === 0) return attempts.map(() => 'recorded');
    const late = await this.repository.recordLate(others);
    return attempts.map(({ delivery }) => (late.has(delivery.id) ? 'late' : 'recorded'));
  }
}
