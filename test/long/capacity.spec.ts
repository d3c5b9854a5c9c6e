import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SAMPLE_UNITS } from '../capacity/samples.js';
import { builtFile } from '../support/built-file.js';

describe('npm run capacity -- --check', () => {
  it('compares predictions with the real service, and leaves nothing behind', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-capacity-spec-'));
    const file = join(directory, 'costs.json');
    await writeFile(file, JSON.stringify(SAMPLE_UNITS));

    const program = builtFile('test/capacity/capacity.main.js');
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [program, '--check', '--from', file, '--scale', '0.05'],
      { env: { ...process.env, TMPDIR: directory, NODE_COMPILE_CACHE: '' } },
    );

    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /\| 700\/s × 1, 500 B, together +\| cores of service +\| [\d.]+ +\| [\d.]+ +\| [+-]?\d+ % +\|/,
    );
    expect(stdout).toMatch(/together, 2 processes +\| bytes of disk per event +\| [\d,]+ +\| [\d,]+/);
    expect((await readdir(directory)).filter((name) => name.startsWith('webhooks-'))).toEqual([]);
    await rm(directory, { recursive: true });
  });
});
