import './shared/assert-node.js';
import { reencrypt } from './app/reencrypt.js';

// Re-encrypts all stored secrets with the first key of ENCRYPTION_KEYS, and exits. The service may run meanwhile.
process.on('SIGTERM', () => process.exit(1));
try {
  process.stdout.write(`${await reencrypt()}\n`);
} catch (error) {
  process.stderr.write(`The re-encryption failed: ${String(error)}\n`);
  process.exitCode = 1;
}
