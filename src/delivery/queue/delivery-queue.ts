import type { WakeUp } from '../domain/wake-up.js';

/** Handles the wake-ups of one job. The job ends when it resolves or rejects, and is not retried. */
export type WakeUpHandler = (wakeUps: WakeUp[]) => Promise<void>;

/** State of one part of the queue, such as a shard. One part can fall silent while others work. */
export interface PartState {
  /** Waiting jobs. */
  readonly waiting: number;
  /** Jobs that this process has taken so far. */
  readonly taken: number;
}

/**
 * Carries wake-ups to the workers. It may lose wake-ups, which the due scan makes up for, or deliver them twice, which
 * claims make harmless: the state of deliveries is in PostgreSQL.
 */
export abstract class DeliveryQueue {
  /**
   * Adds jobs, each a group of wake-ups.
   *
   * @throws if not all of them could be added, within about a second
   */
  abstract add(jobs: WakeUp[][]): Promise<void>;

  /** Number of waiting jobs. @throws if the queue is unavailable */
  async depth(): Promise<number> {
    return (await this.look()).reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** State of each part. @throws if the queue is unavailable */
  abstract look(): Promise<readonly PartState[]>;

  /** Starts taking jobs. */
  abstract consume(handler: WakeUpHandler): void;

  /** Stops taking jobs. Waits a few seconds at most, even if the queue is unavailable. */
  abstract stopConsuming(): Promise<void>;
}
