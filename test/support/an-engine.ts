import type { AttemptPipeline } from '../../src/delivery/attempt/attempt-pipeline.js';
import type { ClaimedDelivery } from '../../src/delivery/domain/claimed-delivery.js';
import type { WakeUp } from '../../src/delivery/domain/wake-up.js';
import { Admission } from '../../src/delivery/engine/admission.js';
import { Capacity } from '../../src/delivery/engine/capacity.js';
import { Claiming } from '../../src/delivery/engine/claiming.js';
import { DirectAttempts } from '../../src/delivery/engine/direct-attempts.js';
import { Dispatcher } from '../../src/delivery/engine/dispatcher.js';
import { LaneReview } from '../../src/delivery/engine/lane-review.js';
import { Lanes } from '../../src/delivery/engine/lanes/lanes.js';
import { Parking } from '../../src/delivery/engine/parking.js';
import { Pulling } from '../../src/delivery/engine/pulling.js';
import { SlottedAttempts } from '../../src/delivery/engine/slotted-attempts.js';
import { HandOver } from '../../src/delivery/queue/hand-over.js';
import type { AttemptRepository } from '../../src/delivery/storage/attempt.repository.js';
import type { ClaimRepository } from '../../src/delivery/storage/claim.repository.js';
import type { ParkingRepository } from '../../src/delivery/storage/parking.repository.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { DeliveryReport } from '../../src/delivery/report/delivery-report.js';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import type { Clock } from '../../src/shared/time/clock.js';
import { aLiveFeed } from './a-live-feed.js';
import { silentLogger } from './silent-logger.js';

export type EngineRepositories = Pick<ClaimRepository, keyof ClaimRepository> &
  Pick<ParkingRepository, keyof ParkingRepository> &
  Pick<AttemptRepository, keyof AttemptRepository>;

interface Engine {
  readonly admission: Admission;
  readonly capacity: Capacity;
  readonly dispatcher: Dispatcher;
  readonly direct: DirectAttempts;
  readonly review: LaneReview;
}

interface EngineGiven {
  /** The engine's calls to PostgreSQL. */
  readonly repositories: Partial<EngineRepositories>;
  readonly nowMs: () => number;
  /** Called with each delivery that is sent. Its receiver answers at once, or when the returned promise resolves. */
  readonly onSent: (delivery: ClaimedDelivery) => Promise<void> | void;
  /** Resolves when the outcome of an attempt is recorded; at once by default. */
  readonly onAnswered?: () => Promise<void>;
  readonly env?: Readonly<Record<string, string>>;
}

/** The engine of a worker, with repositories and receivers supplied by a test. */
export function anEngine({ repositories, nowMs, onSent, onAnswered, env = {} }: EngineGiven): Engine {
  const pipeline: Pick<AttemptPipeline, 'run'> = {
    run: async (delivery, _policy, answered) => {
      await onSent(delivery);
      answered(true);
      await onAnswered?.();
    },
  };
  const repository: Partial<EngineRepositories> = { dayOf: ({ id }: WakeUp) => id.slice(0, 8), ...repositories };
  const [claims, parked] = [repository as ClaimRepository, repository as ParkingRepository];
  const clock = { monotonicMs: nowMs, nowMs } as Clock;
  const metrics = new Metrics();
  const report = new DeliveryReport(metrics, aLiveFeed(), clock);
  const settings = parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/', ...env });
  const lanes = new Lanes(settings.workerConcurrency);
  const capacity = new Capacity(lanes, settings);
  const claiming = new Claiming(claims, clock, silentLogger, metrics, report);
  const parking = new Parking(parked, repository as AttemptRepository, lanes, silentLogger, metrics);
  const dispatcher = new Dispatcher(
    lanes,
    capacity,
    parking,
    claiming,
    new Pulling(claims, lanes, clock, silentLogger, settings),
    new SlottedAttempts(lanes, pipeline as AttemptPipeline, clock, silentLogger, metrics, settings),
    clock,
  );
  return {
    admission: new Admission(capacity, dispatcher, clock),
    capacity,
    dispatcher,
    direct: new DirectAttempts(new HandOver(), lanes, claiming, dispatcher, parking, clock, settings),
    review: new LaneReview(lanes, dispatcher, parked, clock, report),
  };
}
