import './shared/assert-node.js';
import { runOnce } from './app/run-once.js';
import { migrate } from './shared/database/data-source.js';
import { MIGRATIONS } from './shared/database/migrations/index.js';
import { SystemClock } from './shared/time/clock.js';

// Migrates the database schema and exits. The other processes also migrate when they start; a deployment may prefer a
// separate step.
await runOnce('migration', async ({ databaseUrl }) => {
  await migrate(databaseUrl, new SystemClock().now());
  return { migrations: MIGRATIONS.length };
});
