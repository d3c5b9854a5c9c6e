// Checks package-lock.json. npm verifies downloads only by `integrity`, and silently accepts entries without it.
// `resolved` would contain the registry of the developer who added the entry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './toolchain.mjs';

const { packages } = JSON.parse(readFileSync(process.argv[2] ?? join(root, 'package-lock.json'), 'utf8'));
const wrong = Object.entries(packages).flatMap(([path, { link, inBundle, integrity, resolved }]) => {
  // Workspaces are part of this repository. What is bundled is covered by the package that bundles it.
  if (!path.includes('node_modules/') || link || inBundle) return [];
  return [...(integrity ? [] : [`${path} has no integrity`]), ...(resolved ? [`${path} has resolved`] : [])];
});
// React is Preact under another name. Where a package asks for a version that this name does not have, npm would
// install React beside it, and both would be bundled.
const runtimes = Object.entries(packages).filter(([path]) => /node_modules\/(react|react-dom|preact)$/.test(path));
for (const [path, { name }] of runtimes) {
  if (path.endsWith('preact') ? path !== 'node_modules/preact' : name !== '@preact/compat') {
    wrong.push(`${path} is a second runtime beside node_modules/preact`);
  }
}
for (const fault of wrong) console.log(fault);
process.exitCode = wrong.length === 0 ? 0 : 1;
