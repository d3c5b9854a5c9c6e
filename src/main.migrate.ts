import './shared/assert-node.js';
import { runOnce } from './app/run-once.js';
import { migrate } from './shared/database/migrate.js';
import { loggerOf } from './shared/logging/logger.js';
import { SystemClock } from './shared/time/clock.js';

// Migrates the database schema and exits. The other processes also migrate when they start; a deployment may prefer a
// separate step.
await runOnce('migration', async (settings) => {
  const { schema, ran } = await migrate(settings.databaseUrl, { clock: new SystemClock(), logger: loggerOf(settings) });
  return { schema, ran };
});
