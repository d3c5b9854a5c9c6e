import type { Queue } from 'bull';
import type { Logger } from '../../shared/logging/logger.js';
import { BullQueue } from './bull-queue.js';
import type { JobData } from './job-data.js';

/** A queue of Bull that can neither name its connection nor take jobs, because the connection is closed. */
class ClosedQueue {
  naming: Promise<unknown> = Promise.resolve();
  failure: (error: Error) => void = () => undefined;

  on = (): void => undefined;
  nextJobFromJobData = (): null => null;
  whenCurrentJobsFinished = (): Promise<void> => Promise.resolve();
  setWorkerName = (): Promise<unknown> => Promise.reject(new Error('Connection is closed.'));
  close = (): Promise<void> => Promise.resolve();

  process(): Promise<never> {
    this.naming = this.setWorkerName();
    return new Promise((_, reject) => (this.failure = reject));
  }
}

describe('a consumer whose connection is closed while it is made', () => {
  const errors: string[] = [];
  const logger = { debug: () => undefined, error: (_: object, message: string) => errors.push(message) };
  let closed: ClosedQueue;
  let queue: BullQueue;

  beforeEach(() => {
    errors.length = 0;
    closed = new ClosedQueue();
    const bull = closed as unknown as Queue<JobData>;
    const clients = { disconnect: () => undefined };
    queue = new BullQueue([{ producer: bull, consumer: bull }], clients as never, logger as unknown as Logger);
    queue.consume(() => Promise.resolve());
  });

  const fail = async (): Promise<void> => {
    closed.failure(new Error('Connection is closed.'));
    await new Promise(setImmediate);
  };

  it('leaves no rejection unhandled, which would end the process', async () => {
    await expect(closed.naming).resolves.toBeUndefined();
  });

  it('is no error while the process ends', async () => {
    await queue.stopConsuming();
    await fail();
    expect(errors).toEqual([]);
  });

  it('is an error at any other time', async () => {
    await fail();
    expect(errors).toEqual(['queue.consumer_ended']);
  });
});
