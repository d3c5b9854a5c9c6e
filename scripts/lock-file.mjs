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
for (const fault of wrong) console.log(fault);
process.exitCode = wrong.length === 0 ? 0 : 1;
