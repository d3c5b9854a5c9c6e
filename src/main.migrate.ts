import './shared/assert-node.js';
import { readSettings } from './shared/config/env.js';
import { migrate } from './shared/database/data-source.js';
import { SystemClock } from './shared/time/clock.js';

// Brings the schema up to date and ends. The other processes do so too when they start; a deployment may prefer it
// apart.
process.on('SIGTERM', () => process.exit(1));
try {
  await migrate(readSettings().databaseUrl, new SystemClock().now());
} catch (error) {
  process.stderr.write(`The migration failed: ${String(error)}\n`);
  process.exitCode = 1;
}
