// Loaded before a process of the service: the largest libraries come from the files into which scripts/libraries.mjs
// has bundled them, and our own files are found without a look at the disk.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const BUILD = new URL('../../../', import.meta.url).href;
const LIBRARIES = new URL('test/libraries/', BUILD);

const files = JSON.parse(readFileSync(new URL('index.json', LIBRARIES), 'utf8')) as Record<string, string>;
const urls = new Map(Object.entries(files).map(([library, file]) => [library, new URL(file, LIBRARIES).href]));

registerHooks({
  resolve(specifier, context, next) {
    const url = urls.get(specifier) ?? ownUrl(specifier, context.parentURL);
    return url === undefined ? next(specifier, context) : { url, format: 'module', shortCircuit: true };
  },
});

/** All relative imports of the build name the file. */
function ownUrl(specifier: string, parentUrl: string | undefined): string | undefined {
  const isOwn = specifier.startsWith('.') && parentUrl?.startsWith(BUILD) === true;
  return isOwn ? new URL(specifier, parentUrl).href : undefined;
}
