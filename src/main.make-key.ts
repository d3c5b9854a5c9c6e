import './shared/assert-node.js';
import { makeToken } from './access/index.js';

// Prints a new API key for BOOTSTRAP_API_KEY. It is an admin key from the first start with it, and nothing before.
process.stdout.write(`${makeToken()}\n`);
