import './shared/assert-node.js';
import { migrateAndReport } from './app/migrate.js';

// Migrates the database schema and exits. The other processes also migrate when they start; a deployment may prefer a
// separate step.
process.on('SIGTERM', () => process.exit(1));
process.exitCode = await migrateAndReport();
