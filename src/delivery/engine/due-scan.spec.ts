import { aLiveFeed } from '../../../test/support/a-live-feed.js';
import { eventually } from '../../../test/support/eventually.js';
import { silentLogger } from '../../../test/support/silent-logger.js';
import { parseSettings } from '../../shared/config/settings.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { SystemRandom } from '../../shared/time/random.js';
import type { WakeUp } from '../domain/wake-up.js';
import { DeliveryReport } from '../report/delivery-report.js';
import type { DueRepository } from '../storage/due.repository.js';
import type { Capacity } from './capacity.js';
import type { Dispatcher } from './dispatcher.js';
import { DuePass } from './due-pass.js';
import { DueScan } from './due-scan.js';
import type { LaneReview } from './lane-review.js';
import type { Parking } from './parking.js';

const LIMIT = 1000;

describe('the due scan', () => {
  let due: number;
  let worker: { hasRoomForDue: boolean; toLanes: number; parked: number };
  let ends: string[];
  let scan: DueScan;

  beforeEach(() => {
    worker = { hasRoomForDue: true, toLanes: 0, parked: 0 };
    ends = [];
    const repository: Pick<DueRepository, 'takeDue'> = {
      takeDue: (limit, _lookBack, options) => {
        const taken = Math.min(limit, due);
        due -= taken;
        if (taken > 0) ends.push(options!.end!);
        const wakeUp: WakeUp = { id: 'd', subscriptionId: 's', attemptCount: 0, tenantId: 't' };
        return Promise.resolve({ wakeUps: Array<WakeUp>(taken).fill(wakeUp), failed: [], isComplete: taken < limit });
      },
    };
    const dispatcher: Pick<Dispatcher, 'advance' | 'dispatch'> = {
      advance: () => undefined,
      dispatch: ({ length }) => {
        worker.toLanes += length;
        return Promise.resolve();
      },
    };
    const parking: Pick<Parking, 'noteParked'> = {
      noteParked: ({ length }) => {
        worker.parked += length;
      },
    };
    const settings = parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/', DUE_SCAN_INTERVAL: '0.1' });
    const pass = new DuePass(
      repository as DueRepository,
      dispatcher as Dispatcher,
      parking as Parking,
      worker as unknown as Capacity,
      new StandingClock(),
      new DeliveryReport(new Metrics(), aLiveFeed(), new StandingClock()),
      settings,
    );
    const review: Pick<LaneReview, 'run'> = { run: () => Promise.resolve() };
    scan = new DueScan(review as LaneReview, pass, new SystemRandom(), silentLogger, settings);
  });
  afterEach(() => {
    scan.stop();
  });

  const afterTaking = async (count: number): Promise<void> => {
    due = count;
    scan.start();
    await eventually(() => worker.toLanes + worker.parked, { until: (taken) => taken === count });
  };

  it('hands due deliveries to the lanes', async () => {
    await afterTaking(LIMIT - 1);
    expect(worker).toMatchObject({ toLanes: LIMIT - 1, parked: 0 });
  });

  it('parks a backlog after its first batch, alternating between the oldest and the newest deliveries', async () => {
    await afterTaking(4 * LIMIT + 1);
    expect(worker).toMatchObject({ toLanes: LIMIT, parked: 3 * LIMIT + 1 });
    expect(new Set(ends.slice(0, 2))).toEqual(new Set(['oldest', 'newest']));
  });

  it('parks everything while the lanes have no room', async () => {
    worker.hasRoomForDue = false;
    await afterTaking(1);
    expect(worker).toMatchObject({ toLanes: 0, parked: 1 });
  });
});

/** Stands still, so that a pass takes everything before its time limit, even on a slow machine. */
class StandingClock extends Clock {
  nowMs(): number {
    return 0;
  }

  monotonicMs(): number {
    return 0;
  }
}
