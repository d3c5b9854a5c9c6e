import './shared/assert-node.js';
import { reencrypt } from './app/reencrypt.js';
import { runOnce } from './app/run-once.js';

// Re-encrypts all stored secrets with the first key of ENCRYPTION_KEYS, and exits. The service may run meanwhile.
await runOnce('reencryption', reencrypt);
