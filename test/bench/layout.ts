import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * How the service is divided into processes. `apart`: an API and a worker. `one`: a process that is both. `processes`:
 * several such processes behind one port.
 */
export const LAYOUTS = ['apart', 'one', 'processes'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Value of the setting PROCESSES in the layout `processes`. */
export const PROCESSES = 2;

/** A built checkout of the service. */
export interface Build {
  /** Short, for reports. */
  readonly name: string;
  readonly directory: string;
}

/** The build that the bench itself belongs to. */
export const HERE: Build = { name: 'here', directory: fileURLToPath(new URL('../../../', import.meta.url)) };

const ENTRIES: Readonly<Record<Layout, readonly string[]>> = {
  apart: ['main.api', 'main.worker'],
  one: ['main'],
  processes: ['main'],
};
/** Layouts to use, best first, if a build lacks the requested one. */
const INSTEAD_OF: Readonly<Record<Layout, readonly Layout[]>> = {
  apart: [],
  one: ['apart'],
  processes: ['apart', 'one'],
};

/** @returns the requested layout or, if an old commit lacks it, the best that the build has. @throws if it has none */
export function bestLayout(build: Build, wanted: Layout): Layout {
  const best = [wanted, ...INSTEAD_OF[wanted]].find((layout) => hasLayout(build, layout));
  if (best === undefined) throw new Error(`${build.name} cannot run in the layout ${wanted}, or in one like it`);
  return best;
}

function hasLayout({ directory }: Build, layout: Layout): boolean {
  const hasEntries = ENTRIES[layout].every((entry) => existsSync(join(directory, 'dist', 'src', `${entry}.js`)));
  return hasEntries && (layout !== 'processes' || hasSetting(directory, 'PROCESSES'));
}

/** `.env.example` lists every setting. */
function hasSetting(directory: string, name: string): boolean {
  const file = join(directory, '.env.example');
  return existsSync(file) && new RegExp(`^(# ?)?${name}=`, 'm').test(readFileSync(file, 'utf8'));
}
