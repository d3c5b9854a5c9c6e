import './shared/assert-node.js';
import { makeToken } from './access/index.js';

// Prints a new API key for BOOTSTRAP_API_KEY. It becomes an admin key when the service first starts with it.
process.stdout.write(`${makeToken()}\n`);
