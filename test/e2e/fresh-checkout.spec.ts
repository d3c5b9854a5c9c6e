import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Commands that run what has been built, and the file that each one runs. */
const OPERATORS = Object.entries({
  'start:prod': 'dist/src/main.js',
  'start:api': 'dist/src/main.api.js',
  'start:worker': 'dist/src/main.worker.js',
  migrate: 'dist/src/main.migrate.js',
  reencrypt: 'dist/src/main.reencrypt.js',
});

describe('a fresh checkout, without dependencies and without a build', () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'webhooks-checkout-'));
    cpSync('scripts', join(checkout, 'scripts'), { recursive: true });
    cpSync('package.json', join(checkout, 'package.json'));
  });

  afterEach(() => {
    rmSync(checkout, { recursive: true });
  });

  /** Runs a command of package.json as npm does. */
  const npmRun = (name: string): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
      execFile('/bin/sh', ['-c', scripts[name]!], { cwd: checkout, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), text);
  };

  it('makes a key', async () => {
    expect(await npmRun('make-key')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whk_\S+\n$/) as string });
  });

  it.each(OPERATORS)('is told by `npm run %s` to build', async (name, file) => {
    expect(await npmRun(name)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${file} does not exist. Build the service first: npm ci && npm run build\n`,
    });
  });

  it.each(OPERATORS)('is told by `npm run %s` to install, if only that is missing', async (name, file) => {
    write(file, `import 'no-such-dependency';`);

    const { code, stderr } = await npmRun(name);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^A dependency is missing\. Install all of them: npm ci\n.*no-such-dependency/);
  });

  it('runs what was built, with a warning if the sources are newer', async () => {
    write('dist/src/main.migrate.js', `console.log(process.argv[1]); process.exitCode = 3;`);
    const built = join(checkout, 'dist/src/main.migrate.js');
    expect(await npmRun('migrate')).toEqual({ code: 3, stdout: `${built}\n`, stderr: '' });

    write('src/main.migrate.ts', '');
    utimesSync(built, 1, 1);

    const { code, stderr } = await npmRun('migrate');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^Warning: the sources are newer than the build.*npm run build\n$/);
  });

  it('has no command that fails without saying what to do', () => {
    // These two are a tool each, and the shell says that it is missing.
    const { build, format, ...others } = scripts;
    expect({ build, format }).toEqual({ build: 'nest build', format: 'oxfmt .' });
    const unprepared = Object.values(others).filter(
      (command) => !/^(NODE_ENV=production )?node (--max-semi-space-size=32 )?scripts\/[\w-]+\.mjs\b/.test(command),
    );
    expect(unprepared).toEqual([]);
  });
});
