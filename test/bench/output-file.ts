import { closeSync, existsSync, lstatSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'create its directory first, or name another file'],
  ['EISDIR', 'only a directory can have this name; name a file'],
  ['ENOTDIR', 'a file stands where its directory should be; name another file'],
  ['EACCES', 'allow this user to write there, or name another file'],
  ['EPERM', 'allow this user to write there, or name another file'],
]);

/**
 * Finds out whether a result can be written to a file, before the measurement that it must not lose. Leaves the content
 * of the file as it is, and no file that was not there.
 *
 * @returns what is wrong and what to change, as a sentence after the name of the file; null if it is writable
 */
export function findWriteFault(file: string): string | null {
  try {
    const isNew = !existsSync(file);
    if (!isNew && statSync(file).isDirectory()) return 'is a directory: name a file in it';
    // Opening a pipe would wait for its reader, and closing it would end the reader's input.
    if (!isNew && !statSync(file).isFile()) return null;
    closeSync(openSync(file, 'a'));
    // A link to a file that did not exist stays.
    if (isNew) rmSync(lstatSync(file).isSymbolicLink() ? realpathSync(file) : file);
    return null;
  } catch (error) {
    return `cannot be written: ${reasonOf(error as NodeJS.ErrnoException)}`;
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return REASONS.get(code ?? '') ?? `${message}; name another file`;
}
