import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findWriteFault } from './output-file.js';

describe('a file for results', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'output-file-spec-'));
    await writeFile(join(directory, 'old.json'), 'old');
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it.each([
    ['a directory', '.', 'is a directory: name a file in it'],
    ['in a directory that is missing', 'none/new.json', 'cannot be written: create its directory first'],
    ['in a file', 'old.json/new.json', 'cannot be written: a file stands where its directory should be'],
    ['named like a directory', 'new/', 'cannot be written: only a directory can have this name'],
    ['named at too great length', 'n'.repeat(300), 'name too long'],
  ])('is refused when it is %s', (_, name, fault) => {
    expect(findWriteFault(`${directory}/${name}`)).toContain(fault);
  });

  it('keeps its content until the results come', async () => {
    expect(findWriteFault(join(directory, 'old.json'))).toBeNull();
    expect(await readFile(join(directory, 'old.json'), 'utf8')).toBe('old');
  });

  it('is not there before the results come', async () => {
    expect(findWriteFault(join(directory, 'new.json'))).toBeNull();
    expect(await readdir(directory)).toEqual(['old.json']);
  });

  it('may be a link to a file that is not there yet', async () => {
    const link = join(directory, 'link.json');
    await symlink(join(directory, 'new.json'), link);

    expect(findWriteFault(link)).toBeNull();
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readdir(directory)).toEqual(['link.json', 'old.json']);
  });

  it('may be a device', () => {
    expect(findWriteFault('/dev/null')).toBeNull();
  });
});
