// Loaded before a process of the service: the largest libraries and the service itself come from the files into which
// scripts/libraries.mjs has bundled them, and what else is ours is found without a look at the disk.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const BUILD = new URL('../../../', import.meta.url).href;
const LIBRARIES = new URL('test/libraries/', BUILD);

const bundled = (index: string): [name: string, url: string][] => {
  const files = JSON.parse(readFileSync(new URL(index, LIBRARIES), 'utf8')) as Record<string, string>;
  return Object.entries(files).map(([name, file]) => [name, new URL(file, LIBRARIES).href]);
};
const programs = bundled('programs.json').map(([path, url]) => [new URL(path, BUILD).href, url] as const);
/** The program is given as a URL, and what is loaded before it as a path. */
const ofPaths = programs.map(([program, url]) => [fileURLToPath(program), url] as const);
const urls = new Map([...bundled('index.json'), ...programs, ...ofPaths]);

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
