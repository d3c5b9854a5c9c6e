import type { WakeUp } from '../domain/wake-up.js';

/** Takes the wake-ups of one job. The job is finished when it resolves; what it throws ends the job too. */
export type WakeUpHandler = (wakeUps: WakeUp[]) => Promise<void>;

/** A part of the queue that can fall silent while others work, at one moment. */
export interface PartLook {
  /** Jobs that wait. */
  readonly waiting: number;
  /** Jobs that this process has taken from it so far. */
  readonly taken: number;
}

/**
 * Carries wake-ups from whoever writes deliveries to the workers. It holds no truth: whatever it loses, or carries
 * twice, the due scan and the claims put right.
 */
export abstract class DeliveryQueue {
  /**
   * Hands jobs to the workers, each a group of wake-ups.
   *
   * @throws when not all of them could be handed over, within about a second
   */
  abstract add(jobs: WakeUp[][]): Promise<void>;

  /** How many jobs wait. @throws when the queue can't be asked now */
  async depth(): Promise<number> {
    return (await this.look()).reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** How each of its parts is. @throws when the queue can't be asked now */
  abstract look(): Promise<readonly PartLook[]>;

  /** Begins to take jobs. */
  abstract consume(handler: WakeUpHandler): void;

  /** Takes no more jobs. Bounded: it does not wait for a queue that is away. */
  abstract stopConsuming(): Promise<void>;
}
