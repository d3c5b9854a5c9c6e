import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, environmentFor, filesIn, root, toolPath } from '../toolchain.mjs';

const GENERATED = join(root, 'ui', 'src', 'api', 'generated');

/** Generates the client of the dashboard from docs/openapi.json. */
export async function generateClient(node) {
  return generateInto(node, GENERATED);
}

/** Fails if the client that is committed differs from the one that the document makes. */
export async function checkClient(node) {
  const directory = mkdtempSync(join(tmpdir(), 'webhooks-ui-client-'));
  try {
    const code = await generateInto(node, directory);
    if (code !== 0) return code;
    const [made, committed] = [contentsOf(directory), contentsOf(GENERATED)];
    const differing = [...new Set([...made.keys(), ...committed.keys()])].filter(
      (file) => made.get(file) !== committed.get(file),
    );
    if (differing.length === 0) return 0;
    console.error(`ui/src/api/generated is old (${differing.join(', ')}). Run: npm run ui:client`);
    return 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function generateInto(node, directory) {
  const { code, output } = await capture(
    node,
    [toolPath('openapi-ts'), '-f', 'ui/openapi-ts.config.mjs', '--no-log-file'],
    {
      env: environmentFor(node, { CLIENT_DIRECTORY: directory, CI: 'true' }),
    },
  );
  if (code !== 0) console.error(output);
  return code;
}

function contentsOf(directory) {
  return new Map(filesIn(directory).map((path) => [path.slice(directory.length + 1), readFileSync(path, 'utf8')]));
}
