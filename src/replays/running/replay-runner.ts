import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { toPublicId } from '../../shared/ids/public-id.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Snapshot } from '../../shared/snapshot.js';
import { Clock } from '../../shared/time/clock.js';
import { Random } from '../../shared/time/random.js';
import { inTurns } from '../domain/turns.js';
import { ReplayRepository } from '../replay.repository.js';
import { DueReplayRepository, type ReplayKey } from './due-replay.repository.js';
import { ReplayStep } from './replay-step.js';

/** Replays that one look finds. */
const LISTED = 200;
/** Longest and shortest pause between looks. It varies by half, so that workers do not look at the same time. */
const LONGEST_PAUSE_MS = 1000;
const SHORTEST_PAUSE_MS = 20;
const JITTER = 0.5;
const SECONDS_AFTER_FAILURE = 5;
/** Lifetime of the gauge's value, because the metrics are public. */
const GAUGE_LIFE_MS = 1000;

const STEP_FAILED = 'a step failed for a reason of the service, and is repeated; its log says why';

/**
 * Makes the steps of replays that are due. Runs in every worker. PostgreSQL lets one at a time make a step for a
 * tenant, and when a worker dies, any other makes the next one.
 */
@Injectable()
export class ReplayRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  /** Until when replays are left alone that could not be put off, by the monotonic clock. */
  private readonly restingUntilMs = new Map<string, number>();

  constructor(
    private readonly dueReplays: DueReplayRepository,
    private readonly steps: ReplayStep,
    private readonly repository: ReplayRepository,
    private readonly random: Random,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {
    const running = new Snapshot(() => dueReplays.countRunning(), GAUGE_LIFE_MS, clock);
    metrics.addGauge('webhook_replays_running', 'Replays that have not sent everything and are not paused', () =>
      running.get(),
    );
  }

  onApplicationBootstrap(): void {
    this.schedule(LONGEST_PAUSE_MS);
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(pauseMs: number): void {
    if (this.isStopped) return;
    const jitteredMs = pauseMs * (1 - JITTER + 2 * JITTER * this.random.next());
    this.timer = setTimeout(() => {
      void this.run().then((nextMs) => {
        this.schedule(nextMs);
      });
    }, jitteredMs).unref();
  }

  /** Makes a step of each replay that is due. Never throws. @returns milliseconds until the next look */
  private async run(): Promise<number> {
    try {
      const { due, nextInMs } = await this.dueReplays.list(LISTED);
      for (const replay of inTurns(due)) {
        if (this.isStopped) break;
        if (!this.isResting(replay)) await this.step(replay);
      }
      if (due.length > 0) return SHORTEST_PAUSE_MS;
      return Math.min(Math.max(nextInMs ?? LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    } catch (error) {
      // During a shutdown, connections are closed.
      if (!this.isStopped) this.logger.warn({ err: error }, 'replays.not_run');
      return LONGEST_PAUSE_MS;
    }
  }

  private isResting({ id }: ReplayKey): boolean {
    const untilMs = this.restingUntilMs.get(id);
    if (untilMs === undefined) return false;
    if (this.clock.monotonicMs() < untilMs) return true;
    this.restingUntilMs.delete(id);
    return false;
  }

  private async step(replay: ReplayKey): Promise<void> {
    try {
      await this.steps.run(replay);
    } catch (error) {
      if (this.isStopped) return;
      const { id, tenantId } = replay;
      this.metrics.replayFailures.inc();
      this.logger.warn({ err: error, replay_id: toPublicId('rpl', id), tenant_id: tenantId }, 'replay.step_failed');
      await this.postpone(replay);
    }
  }

  /** Never throws: what refuses the step of one tenant may refuse this too, and others come after it. */
  private async postpone({ id, tenantId }: ReplayKey): Promise<void> {
    try {
      await this.repository.postpone(tenantId, id, { seconds: SECONDS_AFTER_FAILURE, error: STEP_FAILED });
    } catch (error) {
      this.restingUntilMs.set(id, this.clock.monotonicMs() + SECONDS_AFTER_FAILURE * 1000);
      const keys = { replay_id: toPublicId('rpl', id), tenant_id: tenantId };
      this.logger.warn({ err: error, ...keys }, 'replay.not_postponed');
    }
  }
}
