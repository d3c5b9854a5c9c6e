import { execFile } from 'node:child_process';
import { builtFile } from './built-file.js';
import { bundledService, compileCache } from './faster-starts.js';

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a built program until it exits.
 * @param path path of its file, relative to `dist`
 * @param settings environment variables of the program, in addition to PATH, HOME and a compile cache
 */
export function runBuilt(path: string, settings: Readonly<Record<string, string>>): Promise<RunResult> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    const env = { PATH, HOME, ...compileCache(), ...settings };
    execFile(process.execPath, [...bundledService(), builtFile(path)], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}
