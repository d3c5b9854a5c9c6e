import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '../../shared/config/settings.js';
import { parsePublicId } from '../../shared/ids/public-id.js';
import { uuidTimeMs } from '../../shared/ids/uuid.js';
import { parseToken } from '../domain/api-key.js';

const SCRIPT = 'scripts/make-key.mjs';

describe('scripts/make-key.mjs', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'webhooks-make-key-'));
    copyFileSync(SCRIPT, join(directory, 'make-key.mjs'));
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  /** Runs the file where there is nothing else: no dependencies, no build, no settings. */
  const makeKey = (): string =>
    execFileSync(process.execPath, ['make-key.mjs'], { cwd: directory, env: {}, encoding: 'utf8' });

  it('prints one line, which the settings and the service accept as a key', () => {
    const printed = makeKey();
    const key = printed.trimEnd();

    expect(printed).toBe(`${key}\n`);
    expect(parseSettings({ DATABASE_URL: 'postgres://localhost/d', BOOTSTRAP_API_KEY: key }).bootstrapApiKey).toBe(key);
    const { uuid } = parsePublicId(parseToken(key)!.id, 'key');
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('prints a new key each time, whose id contains the time', () => {
    const before = new Date().getTime();
    const [first, second] = [makeKey(), makeKey()].map((printed) => parseToken(printed.trim())!);
    const after = new Date().getTime();

    expect(first!.secretHash).not.toEqual(second!.secretHash);
    const times = [first!, second!].map(({ id }) => uuidTimeMs(parsePublicId(id, 'key').uuid));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times[1]).toBeLessThanOrEqual(after);
  });

  it('is what `npm run make-key` runs, and is in the image at the same path', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(scripts['make-key']).toBe(`node ${SCRIPT}`);
    expect(readFileSync('Dockerfile', 'utf8')).toContain(`\nCOPY ${SCRIPT} scripts/\n`);
    expect(readFileSync('.dockerignore', 'utf8')).toContain(`\n!${SCRIPT}\n`);
  });
});
