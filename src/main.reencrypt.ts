import './shared/assert-node.js';
import { reencrypt } from './app/reencrypt.js';

// Puts all stored secrets under the first of ENCRYPTION_KEYS, and ends. May run beside the service.
process.on('SIGTERM', () => process.exit(1));
try {
  process.stdout.write(`${await reencrypt()}\n`);
} catch (error) {
  process.stderr.write(`The re-encryption failed: ${String(error)}\n`);
  process.exitCode = 1;
}
