import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Draws the module graphs of docs/architecture.md from the import rules. With `--check`, fails if they are old. */
const FILE = 'docs/architecture.md';
const BLOCK = /(<!-- (modules|stages): .*?-->\n\n).*?(?=\n\n<!-- end -->)/gs;

/** @returns the folders that each folder below `parent` may import, by name */
function importsOf(parent) {
  const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
  const from = new RegExp(`^\\^${parent}/(\\w+)/$`);
  const imports = new Map();
  for (const rule of forbidden) {
    const [, name] = from.exec(rule.from.path ?? '') ?? [];
    const [, allowed] = /\/\(([\w|]+)\)\/$/.exec(rule.to.pathNot ?? '') ?? [];
    if (name !== undefined && allowed !== undefined && rule.name.includes('-may-import-only-')) {
      imports.set(
        name,
        allowed.split('|').filter((other) => other !== name),
      );
    }
  }
  return imports;
}

function flowchart(direction, imports, isDrawn, more = []) {
  const arrows = [...imports]
    .map(([name, others]) => [name, others.filter(isDrawn).sort()])
    .filter(([, others]) => others.length > 0)
    .map(([name, others]) => `  ${name} --> ${others.join(' & ')}`);
  return ['```mermaid', `flowchart ${direction}`, ...arrows.sort(), ...more, '```'].join('\n');
}

function graphs() {
  const modules = importsOf('src');
  const ground = [...modules].filter(([, others]) => others.length === 0).map(([name]) => name);
  const box = ['  subgraph ground [everybody may import]', ...ground.sort().map((name) => `    ${name}`), '  end'];
  return {
    modules: flowchart('TD', modules, (name) => !ground.includes(name), box),
    stages: flowchart('LR', importsOf('src/delivery'), () => true),
  };
}

const written = readFileSync(FILE, 'utf8');
const drawn = graphs();
const wanted = written.replace(BLOCK, (_, head, kind) => head + drawn[kind]);
if (!process.argv.includes('--check')) writeFileSync(FILE, wanted);
else if (wanted !== written || written.match(BLOCK)?.length !== 2) {
  console.error(`The graphs of ${FILE} differ from .dependency-cruiser.cjs. Run: node scripts/module-graph.mjs`);
  process.exitCode = 1;
}
