import { nodeFault } from './node-version.js';

// Must be imported first, because an older Node.js fails while loading the other modules.
const fault = nodeFault(process.versions.node);
if (fault !== null) {
  process.stderr.write(`${fault}\n`);
  process.exit(1);
}
