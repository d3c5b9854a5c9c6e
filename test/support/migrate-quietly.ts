import { migrate } from '../../src/shared/database/migrate.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { silentLogger } from './silent-logger.js';

/** Migrates without a log. @param today the first day but one whose partitions are made */
export async function migrateQuietly(databaseUrl: string, today = new SystemClock().now()): Promise<void> {
  await migrate(databaseUrl, { clock: new ClockAt(today), logger: silentLogger });
}

class ClockAt extends SystemClock {
  constructor(private readonly time: Date) {
    super();
  }

  override nowMs(): number {
    return this.time.getTime();
  }
}
