import { spawnSync } from 'node:child_process';
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DRIVERS } from './drivers';
import type { Scheme } from './language';
import { LANGUAGES } from './verifying-code';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const TEXT_SECRET = 'a secret of another form';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const OTHER_KEY = generateKeyPairSync('ed25519').privateKey;
const PUBLIC_KEY = `whpk_${publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
const BODY = Buffer.from('{"order":42,"note":"grüß\u2028 dich"}');
const ID = 'evt_01k6zv1yqpe7rtqq6zjy200000';
const NOW = Math.floor(Date.now() / 1000);

const folder = mkdtempSync(join(tmpdir(), 'verifying-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A request as drivers read it: a line of id, timestamp, signatures and body in base64. */
interface Request {
  readonly what: string;
  readonly isGood: boolean;
  readonly timestamp?: number | string;
  readonly signatures: string;
  readonly body?: Buffer;
}

const headOf = (timestamp: number): string => `${ID}.${timestamp}.`;

function shared(secret: string, timestamp = NOW, body: Uint8Array = BODY): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(headOf(timestamp)).update(body).digest('base64')}`;
}

function asymmetric(key: KeyObject, timestamp = NOW, body: Uint8Array = BODY): string {
  return `v1a,${sign(null, Buffer.concat([Buffer.from(headOf(timestamp)), body]), key).toString('base64')}`;
}

/** The same requests for both schemes. @param right signs as the service does, @param wrong with another key */
function requestsFor(
  right: (timestamp?: number, body?: Uint8Array) => string,
  wrong: () => string,
  otherScheme: string,
): Request[] {
  return [
    { what: 'a delivery', isGood: true, signatures: right() },
    { what: 'one of a rotation', isGood: true, signatures: `${wrong()} ${otherScheme} ${right()}` },
    {
      what: 'bytes that are no text',
      isGood: true,
      signatures: right(NOW, Buffer.from([0, 255, 10])),
      body: Buffer.from([0, 255, 10]),
    },
    { what: 'a changed body', isGood: false, signatures: right(), body: Buffer.from('{"order":43}') },
    {
      what: 'a body with another end',
      isGood: false,
      signatures: right(),
      body: Buffer.concat([BODY, Buffer.from('\n')]),
    },
    { what: 'an old request', isGood: false, timestamp: NOW - 600, signatures: right(NOW - 600) },
    { what: 'one from the future', isGood: false, timestamp: NOW + 600, signatures: right(NOW + 600) },
    { what: 'a timestamp that was changed', isGood: false, timestamp: NOW - 1, signatures: right() },
    { what: 'no time at all', isGood: false, timestamp: 'soon', signatures: right() },
    { what: 'the key of somebody else', isGood: false, signatures: wrong() },
    { what: 'only another scheme', isGood: false, signatures: otherScheme },
    { what: 'a signature without its scheme', isGood: false, signatures: right().replace(/^v1a?,/, '') },
    { what: 'no signature', isGood: false, signatures: 'v1, v1a, v1 v1a' },
    { what: 'nonsense', isGood: false, signatures: 'v1,!!! v1a,!!!' },
  ];
}

const CASES: readonly (readonly [Scheme, string, string, readonly Request[]])[] = [
  [
    'v1',
    'a generated secret',
    SECRET,
    requestsFor(
      (...given) => shared(SECRET, ...given),
      () => shared('whsec_AAAA'),
      asymmetric(privateKey),
    ),
  ],
  [
    'v1',
    'a secret of another form',
    TEXT_SECRET,
    requestsFor(
      (...given) => shared(TEXT_SECRET, ...given),
      () => shared('whsec_AAAA'),
      asymmetric(privateKey),
    ),
  ],
  [
    'v1a',
    'a public key',
    '',
    requestsFor(
      (...given) => asymmetric(privateKey, ...given),
      () => asymmetric(OTHER_KEY),
      shared(SECRET),
    ),
  ],
];

/** What a variable holds that nobody has filled in; null for no such variable. */
const NO_SECRETS = [null, '', 'whsec_'] as const;
/** What anybody can sign with an empty key. */
const FORGED: readonly Request[] = [{ what: 'a forgery', isGood: false, signatures: shared('') }];

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((each) => existsSync(join(each, program)));
}

/** Compilers take seconds, so they are asked only where somebody wants that: `ALL_LANGUAGES=1`. */
const wantsAll = process.env.ALL_LANGUAGES !== undefined;

function canRun(name: string, scheme: Scheme): boolean {
  const driver = DRIVERS[name];
  if (driver === undefined || !isOnPath(driver.program) || (driver.isSlow && !wantsAll)) return false;
  // The standard library of Python has no Ed25519.
  return name !== 'python' || scheme === 'v1' || spawnSync('python3', ['-c', 'import cryptography']).status === 0;
}

/** Puts requests to the code. Some code ends at once without a secret, and then there are no verdicts. */
function run(name: string, code: string, secret: string | null, requests: readonly Request[]) {
  const { program, files, argv } = DRIVERS[name]!;
  const own = mkdtempSync(join(folder, `${name}-`));
  for (const [file, text] of Object.entries(files(code))) writeFileSync(join(own, file), text);
  const input = requests.map(({ timestamp = NOW, signatures, body = BODY }) =>
    [ID, timestamp, signatures, body.toString('base64')].join('\t'),
  );
  const env: NodeJS.ProcessEnv = { ...process.env, GO111MODULE: 'off', GOFLAGS: '' };
  if (secret === null) delete env.WEBHOOK_SECRET;
  else env.WEBHOOK_SECRET = secret;
  return spawnSync(program, argv, { cwd: own, input: `${input.join('\n')}\n`, env, encoding: 'utf8' });
}

describe.each(LANGUAGES)('the verifying code in $label', ({ name, code }) => {
  it('holds no secret, and the public key of the subscription', () => {
    expect(code('v1', PUBLIC_KEY)).not.toMatch(/whsec_[A-Za-z0-9]/);
    expect(code('v1a', PUBLIC_KEY)).toContain(PUBLIC_KEY);
  });

  for (const [scheme, kind, secret, requests] of CASES) {
    it.runIf(canRun(name, scheme))(`accepts what is signed by ${scheme}, ${kind}, and refuses all else`, () => {
      const { stdout, stderr } = run(name, code(scheme, PUBLIC_KEY), secret, requests);

      const verdicts = stdout.trim().split('\n');
      expect(requests.map(({ what }, index) => [what, verdicts[index] ?? stderr])).toEqual(
        requests.map(({ what, isGood }) => [what, isGood ? 'good' : 'bad']),
      );
    });
  }

  for (const secret of NO_SECRETS) {
    it.runIf(canRun(name, 'v1'))(`accepts nothing while its secret is ${JSON.stringify(secret)}`, () => {
      const { stdout, stderr } = run(name, code('v1', PUBLIC_KEY), secret, FORGED);

      expect(stdout).not.toContain('good');
      expect(stdout + stderr).toMatch(/bad|WEBHOOK_SECRET/);
    });
  }
});
