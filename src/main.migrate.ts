import './shared/assert-node.js';
import { readSettings } from './shared/config/env.js';
import { migrate } from './shared/database/data-source.js';
import { SystemClock } from './shared/time/clock.js';

// Migrates the database schema and exits. The other processes also migrate when they start; a deployment may prefer a
// separate step.
process.on('SIGTERM', () => process.exit(1));
try {
  await migrate(readSettings().databaseUrl, new SystemClock().now());
} catch (error) {
  process.stderr.write(`The migration failed: ${String(error)}\n`);
  process.exitCode = 1;
}
