import { writeEarlyLine } from './logging/early-line.js';
import { takeEarlyWarnings } from './logging/stray-output.js';
import { nodeFault } from './node-version.js';

// Must be imported first, because an older Node.js fails while loading the other modules.
takeEarlyWarnings();
const fault = nodeFault(process.versions.node);
if (fault !== null) {
  writeEarlyLine('error', { reason: fault }, 'start.refused', fault);
  process.exit(1);
}
