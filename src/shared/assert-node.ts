import { nodeFault } from './node-version.js';

// Imported before everything else, since an older Node.js fails while it loads what comes after.
const fault = nodeFault(process.versions.node);
if (fault !== null) {
  process.stderr.write(`${fault}\n`);
  process.exit(1);
}
