import { LiveFeed } from '../../src/live/live-feed.js';
import { MemoryLog } from '../../src/live/memory-log.js';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { silentLogger } from './silent-logger.js';

/** A feed without viewers. */
export function aLiveFeed(): LiveFeed {
  const clock = new SystemClock();
  return new LiveFeed(new MemoryLog(clock), clock, silentLogger, new Metrics());
}
