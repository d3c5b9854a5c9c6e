// Works on the dashboard: node scripts/ui.mjs build | dev | client | pictures
//   build [--if-needed]  makes ui/dist, and prints the size of the first load
//   dev                  serves the sources and reloads the page when they change, beside a service on port 8000
//   client [--check]     generates the client from docs/openapi.json, or compares it
//   pictures [folder]    takes pictures of the screens, and looks for what axe and the browser find wrong
import { setPriority } from 'node:os';
import { ensureDependencies, ensureNode, Failure, NODE_MAJOR, runMain } from './toolchain.mjs';
import { buildDashboard, isBuilt, reportBuilt, serveSources } from './ui/build.mjs';
import { checkClient, generateClient } from './ui/client.mjs';
import { takePictures } from './ui/pictures.mjs';

/** Beside a start, so that the service comes first. */
const LOWEST_PRIORITY = 19;

const [command, ...options] = process.argv.slice(2);

await runMain(async () => {
  const isBeside = options.includes('--if-needed');
  if (isBeside && isBuilt()) return reportBuilt();
  if (isBeside) setPriority(LOWEST_PRIORITY);
  ensureDependencies();
  // In an image, the right Node.js is there, and the one of the dependencies is not.
  const node = Number.parseInt(process.versions.node, 10) >= NODE_MAJOR ? process.execPath : ensureNode();
  switch (command) {
    case 'build':
      return buildDashboard(node);
    case 'dev':
      return serveSources(node);
    case 'client':
      return options.includes('--check') ? checkClient(node) : generateClient(node);
    case 'pictures':
      return takePictures(node, options[0]);
    default:
      throw new Failure('Use: node scripts/ui.mjs build | dev | client | pictures');
  }
});
