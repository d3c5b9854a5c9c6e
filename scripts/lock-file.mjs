// npm verifies what it downloads by `integrity` alone, and says nothing of an entry that has none. `resolved` would
// name the registry of whoever wrote the entry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './toolchain.mjs';

const { packages } = JSON.parse(readFileSync(process.argv[2] ?? join(root, 'package-lock.json'), 'utf8'));
const wrong = Object.entries(packages).flatMap(([path, { link, integrity, resolved }]) => {
  if (path === '' || link) return [];
  return [...(integrity ? [] : [`${path} has no integrity`]), ...(resolved ? [`${path} has resolved`] : [])];
});
for (const fault of wrong) console.log(fault);
process.exitCode = wrong.length === 0 ? 0 : 1;
