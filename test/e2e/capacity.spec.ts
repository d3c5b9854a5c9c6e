import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Publisher } from '../capacity/publisher.js';
import { SAMPLE_UNITS } from '../capacity/samples.js';
import { builtFile } from '../support/built-file.js';
import { compileCache } from '../support/faster-starts.js';

/** Shorter than the timeout of the test, so that a hanging measurement can be told from a hanging test. */
const TIMEOUT_MS = 170_000;

interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run capacity', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'webhooks-capacity-spec-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** It puts its temporary directories into this one, so that the test sees what it leaves. */
  const capacity = (...args: string[]): Promise<Ending> => capacityIn(process.cwd(), ...args);
  const capacityIn = (cwd: string, ...args: string[]): Promise<Ending> => {
    const env = { ...process.env, TMPDIR: directory, NODE_COMPILE_CACHE: '', ...compileCache() };
    const program = builtFile('test/capacity/capacity.main.js');
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], { cwd, env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
  };

  it('answers from the measured unit costs', async () => {
    const { code, stdout, stderr } = await capacity('--rate', '500', '--disk', '40t');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('500 events/s of 1 KB to 1 each');
    expect(stdout).toMatch(/^PostgreSQL +\d/m);
  });

  it.each([
    ['an option that it refuses', ['--rate', 'fast'], '--rate fast: it must be a number'],
    ['a file that is missing', ['--rate', '1', '--from', 'none.json'], 'none.json cannot be read: give another file'],
    [
      'a file that cannot be written',
      ['--measure', '--to', 'none/x.json'],
      'none/x.json cannot be written: create its',
    ],
    ['a directory to write to', ['--measure', '--to', '.'], '. is a directory: name a file in it.'],
    ['a file of something else', ['--rate', '1', '--from', 'package.json'], 'package.json is not a measurement'],
  ])('says in one line what to change about %s', async (_, args, message) => {
    const { code, stdout, stderr } = await capacity(...args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(message)]);
  });

  it('looks for the places of its tables before it measures or writes anything', async () => {
    const page = join(directory, 'docs', 'scaling.md');
    await mkdir(join(directory, 'docs'));
    await writeFile(join(directory, 'costs.json'), JSON.stringify(SAMPLE_UNITS));
    const failures = [await capacityIn(directory, '--measure')];
    await writeFile(page, '# Scaling\n');
    failures.push(await capacityIn(directory, '--measure'));
    failures.push(await capacityIn(directory, '--adopt', '--from', 'costs.json'));

    const lacking = 'docs/scaling.md needs the line "<!-- measured with: written by';
    expect(failures).toEqual([
      { code: 1, stdout: '', stderr: expect.stringMatching(/^docs\/scaling.md cannot be read: .+\n$/) as unknown },
      { code: 1, stdout: '', stderr: expect.stringContaining(lacking) as unknown },
      { code: 1, stdout: '', stderr: expect.stringContaining(lacking) as unknown },
    ]);
    expect(await readFile(page, 'utf8')).toBe('# Scaling\n');
    expect(await readdir(join(directory, 'docs'))).toEqual(['scaling.md']);
  });
});

describe('the publisher of a measurement', () => {
  let server: Server;
  let published = 0;
  let isRefusing = false;

  beforeEach(async () => {
    published = 0;
    server = createServer((request, response) => {
      published += 1;
      request.resume().on('end', () => response.writeHead(isRefusing ? 429 : 202).end('slower'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const publish = async (events: number): Promise<void> => {
    const publisher = new Publisher([`http://127.0.0.1:${(server.address() as AddressInfo).port}`], 'a key');
    try {
      await publisher.publish({ paths: ['/'], payloadBytes: 100, eventsPerSecond: 1000, events });
    } finally {
      await publisher.close();
    }
  };

  it('publishes as many events as it is asked to', async () => {
    isRefusing = false;
    await publish(300);

    expect(published).toBe(300);
  });

  it('stops when an event is refused, and says why', async () => {
    isRefusing = true;

    await expect(publish(60_000)).rejects.toThrow('An event was refused: 429 slower');
    expect(published).toBeLessThan(60_000);
  });
});
