// Loaded before a process of the service: the service comes from the one file into which scripts/libraries.mjs has
// bundled it, with the code that an earlier process has compiled.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

type Programs = Readonly<Record<string, () => Promise<unknown>>>;

const BUILD = new URL('../../../', import.meta.url).href;
const BUNDLE = fileURLToPath(new URL('test/libraries/service.cjs', BUILD));
const programs = load();

registerHooks({
  load(url, context, next) {
    const name = url.startsWith(BUILD) ? url.slice(BUILD.length) : '';
    if (!Object.hasOwn(programs, name)) return next(url, context);
    const source = `import { run } from '${import.meta.url}';\nawait run('${name}');\n`;
    return { format: 'module', source, shortCircuit: true };
  },
});

/** @param name path of a program in the build */
export async function run(name: string): Promise<void> {
  await programs[name]!();
}

function load(): Programs {
  const kept = cacheFile();
  const cachedData = kept === undefined ? undefined : read(kept);
  // All of it is ASCII, which is read faster than other text.
  const script = new Script(readFileSync(BUNDLE, 'latin1'), { filename: BUNDLE, ...(cachedData && { cachedData }) });
  const module = { exports: {} as { readonly programs: Programs } };
  type Wrapper = (...given: unknown[]) => void;
  const wrapper = script.runInThisContext() as Wrapper;
  wrapper(module, module.exports, createRequire(BUNDLE), dirname(BUNDLE), BUNDLE);
  // By then, it holds all functions that were called. The cache of Node.js itself has only those that run at once.
  if (kept !== undefined && cachedData === undefined) {
    process.once('exit', () => {
      keep(kept, script.createCachedData());
    });
  }
  return module.exports.programs;
}

/** None where Node.js keeps no compiled code either. */
function cacheFile(): string | undefined {
  const directory = process.env['NODE_COMPILE_CACHE'];
  return directory ? join(directory, 'service.code') : undefined;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** At once, because other processes may be reading. */
function keep(file: string, code: Buffer): void {
  const made = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(made, code);
  renameSync(made, file);
}
