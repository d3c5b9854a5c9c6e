import { readSettings } from '../shared/config/env.js';
import { InvalidSettings } from '../shared/config/settings.js';
import { migrate, MigrationFailed } from '../shared/database/migrate.js';
import { loggerOf } from '../shared/logging/logger.js';
import { SystemClock } from '../shared/time/clock.js';

/** Migrates the database schema, and logs what was done or why it failed. @returns the exit code */
export async function migrateAndReport(): Promise<number> {
  try {
    const settings = readSettings();
    const logger = loggerOf(settings);
    try {
      const { schema, ran, isNewer } = await migrate(settings.databaseUrl, { clock: new SystemClock(), logger });
      if (!isNewer) logger.info({ schema, ran }, 'schema.current');
      return 0;
    } catch (error) {
      const migration = error instanceof MigrationFailed ? error.migration : undefined;
      logger.error({ migration, err: error }, 'migration.failed');
      return 1;
    }
  } catch (error) {
    // Without settings there is no log.
    if (!(error instanceof InvalidSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
