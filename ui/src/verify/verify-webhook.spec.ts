import { generateKeyPairSync, sign } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { type Given, type Step, type Verification, verifyWebhook } from './verify-webhook';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const BODY = '{"test": 2432232314, "name": "Zoë"}';

interface Sending {
  readonly body?: string;
  readonly secret?: string;
  readonly agoS?: number;
  readonly signature?: string;
}

/** What a receiver got: headers that the library of Standard Webhooks signed. */
function received({ body = BODY, secret = SECRET, agoS = 10, signature }: Sending = {}): Given {
  const at = new Date(NOW - agoS * 1000);
  const headers = [
    `webhook-id: ${ID}`,
    `webhook-timestamp: ${Math.floor(at.getTime() / 1000)}`,
    `webhook-signature: ${signature ?? new Webhook(secret).sign(ID, at, body)}`,
  ];
  return { headers: headers.join('\n'), body, secret };
}

const verify = (given: Partial<Given>, sending: Sending = {}): Promise<Verification> =>
  verifyWebhook({ ...received(sending), ...given }, NOW);
const failedOf = ({ steps }: Verification): Step[] => steps.filter(({ state }) => state === 'failed');

describe('verifying a webhook', () => {
  it('accepts what the library of Standard Webhooks signs, and the vector of its specification', async () => {
    expect(await verify({})).toMatchObject({ verdict: 'verified' });
    // From the tests of the reference libraries.
    const vector = {
      headers: `webhook-id: ${ID}\nwebhook-timestamp: 1614265330\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=`,
      body: '{"test": 2432232314}',
      secret: SECRET,
    };
    expect(await verifyWebhook(vector, 1614265330_000)).toMatchObject({ verdict: 'verified' });
  });

  it.each([
    ['JSON', JSON.stringify],
    [
      'options of curl',
      (all: object) =>
        Object.entries(all)
          .map(([name, value]) => `-H '${name}: ${value}'`)
          .join(' \\\n'),
    ],
    [
      'names in capitals',
      (all: object) =>
        Object.entries(all)
          .map(([name, value]) => `${name.toUpperCase()}:${value}`)
          .join('\r\n'),
    ],
  ])('reads headers as %s', async (_, write) => {
    const lines = received()
      .headers.split('\n')
      .map((line) => line.split(': ') as [string, string]);

    expect(await verify({ headers: write(Object.fromEntries(lines)) })).toMatchObject({ verdict: 'verified' });
  });

  it('names the headers that are missing', async () => {
    const verification = await verify({ headers: `webhook-id: ${ID}\nx-hub-signature-256: sha256=aa` });

    expect(verification.verdict).toBe('failed');
    expect(verification.summary).toContain('webhook-timestamp and webhook-signature are missing');
    expect(verification.summary).toContain('x-hub-signature-256');
    expect(verification.steps.map(({ state }) => state)).toEqual(['failed', 'skipped', 'passed', 'skipped']);
  });

  it.each([
    [301, 'late', 'It was sent 5 min 1 s ago.'],
    [7200, 'late', 'It was sent 2 h ago.'],
    [-400, 'late', "It is 6 min 40 s ahead of this computer's clock."],
    [299, 'verified', 'It was sent 4 min 59 s ago.'],
    [-299, 'verified', "It is 4 min 59 s ahead of this computer's clock."],
  ])('says how far a timestamp of %d s ago is off', async (agoS, verdict, finding) => {
    const verification = await verify({}, { agoS });

    expect(verification.verdict).toBe(verdict);
    expect(verification.steps[1]?.finding).toContain(finding);
  });

  it('recognizes a timestamp in milliseconds', async () => {
    const headers = received().headers.replace(/(timestamp: \d+)/, '$1000');

    expect(failedOf(await verify({ headers }))[0]?.finding).toContain('in milliseconds');
  });

  it('accepts one of several signatures, and one of several secrets, while a secret is rotated', async () => {
    const at = new Date(NOW);
    const both = [OTHER_SECRET, SECRET].map((secret) => new Webhook(secret).sign(ID, at, BODY)).join(' ');

    const verification = await verify({}, { agoS: 0, signature: both });

    expect(verification).toMatchObject({ verdict: 'verified' });
    expect(verification.steps[3]?.finding).toContain('Number 2 of 2 signatures');
    expect(await verify({ secret: `${OTHER_SECRET} ${SECRET}` })).toMatchObject({ verdict: 'verified' });
    expect(await verify({ secret: OTHER_SECRET })).toMatchObject({ verdict: 'failed' });
  });

  it('verifies Ed25519 signatures with a public key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const signed = Buffer.from(`${ID}.${NOW / 1000 - 10}.${BODY}`);
    const signature = `v1a,${sign(null, signed, privateKey).toString('base64')}`;
    const secret = `whpk_${raw.toString('base64')}`;

    expect(await verify({ secret }, { signature })).toMatchObject({ verdict: 'verified' });
    const changed = await verify({ secret, body: `${BODY}\n` }, { signature });
    expect(changed.summary).toContain('A line break was added at its end.');
  });

  it.each([
    ['a shared secret for v1a', SECRET, 'v1a,AAAA', 'Use the public key of the subscription, whpk_…'],
    [
      'a public key for v1',
      `whpk_${Buffer.alloc(32).toString('base64')}`,
      undefined,
      'Use the secret of the subscription, whsec_…',
    ],
    ['a private key', `whsk_${Buffer.alloc(32).toString('base64')}`, undefined, 'must never have the private one'],
    ['an API key', 'whk_01k6zv1yqpe7rtqq6zjy2k3m4n_0123456789', undefined, 'is an API key'],
    ['a secret that is cut', 'whsec_MfKQ9r8GKYqrT!', undefined, 'not base64'],
  ])('says that %s is of the wrong kind', async (_, secret, signature, words) => {
    const verification = await verify({ secret }, { signature });

    expect(verification).toMatchObject({ verdict: 'failed' });
    expect(verification.summary).toContain(words);
  });

  it.each([
    ['quotes around it', `"${SECRET}"`, 'quotes, spaces or a name'],
    ['its name before it', `WEBHOOK_SECRET=${SECRET}`, 'quotes, spaces or a name'],
    ['a line break after it', `${SECRET}\n`, 'quotes, spaces or a name'],
    ['no prefix', SECRET.replace('whsec_', ''), 'whsec_ was cut off'],
  ])('names the mistake of a secret with %s', async (_, secret, words) => {
    const verification = await verify({ secret });

    expect(verification).toMatchObject({ verdict: 'failed' });
    expect(verification.summary).toContain(words);
  });

  it('takes a secret of another form for its bytes, as the service does', async () => {
    const secret = 'any text at all';
    const signature = new Webhook(Buffer.from(secret).toString('base64')).sign(ID, new Date(NOW - 10_000), BODY);

    expect(await verify({ secret }, { signature })).toMatchObject({ verdict: 'verified' });
  });

  it.each([
    ['sha256=' + 'a'.repeat(64), 'hexadecimal'],
    ['K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=', 'no version'],
    ['v9,AAAA', 'unknown'],
    ['v1,not-base64!', 'not base64'],
  ])('says why the signature %s cannot be compared', async (signature, words) => {
    expect((await verify({}, { signature })).summary).toContain(words);
  });

  it.each([
    ['{"a":1}', '{"a":1}\n', 'A line break was added'],
    ['{"a":1}\n', '{"a":1}', 'The line break at its end was removed'],
    ['{"a":\r\n1}', '{"a":\n1}', 'from CR LF to LF'],
    ['{"a":1}', '  {"a":1}  ', 'Spaces or line breaks were added'],
    ['{"a":1}', '\ufeff{"a":1}', 'A byte order mark'],
    ['{"a":1.10,"b":[1,2]}', '{\n  "a": 1.10,\n  "b": [\n    1,\n    2\n  ]\n}', 'it was compact'],
    ['{"a": 1, "b": "Zo\\u00eb"}', '{"a":1,"b":"Zoë"}', 'json.dumps of Python'],
    ['{"a": 1, "b": "x"}', '{"a":1,"b":"x"}', 'a space after commas and colons'],
    ['{\n  "a": 1\n}', '{"a":1}', 'indented by two spaces'],
    ['{\n    "a": 1\n}\n', '{"a":1}', 'indented by four spaces, with a line break at its end'],
    ['{"url":"https:\\/\\/example.com"}', '{"url": "https://example.com"}', 'json_encode of PHP'],
    ['{"a":"\\u003cb\\u003e"}', '{"a": "<b>"}', 'encoding/json of Go'],
    ['{"a":"Zoë"}', '{"a":"ZoÃ«"}', 'read as Latin-1'],
    ['{"a":1}', '"{\\"a\\":1}"', 'as a string of JSON'],
    ['{"a":"b c"}', '%7B%22a%22%3A%22b+c%22%7D', 'percent-encoded'],
    ['{"a":1}', '{&quot;a&quot;:1}', 'escaped for HTML'],
  ])('finds that %j became %j', async (sent, arrived, words) => {
    const verification = await verify({ body: arrived }, { body: sent });

    expect(verification).toMatchObject({ verdict: 'failed' });
    expect(verification.summary).toContain('The body was changed');
    expect(verification.summary).toContain(words);
  });

  it('does not guess when nothing explains the difference', async () => {
    const verification = await verify({ body: BODY.replace('2432232314', '2432232315') });

    expect(verification.summary).toContain('no common change of the body explains that');
  });

  it('judges nothing before there is a secret', async () => {
    expect(await verify({ secret: ' ' })).toMatchObject({
      verdict: 'open',
      summary: 'Fill in the secret of the subscription.',
    });
  });
});
