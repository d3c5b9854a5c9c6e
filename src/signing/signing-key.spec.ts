import { createPublicKey, sign, verify } from 'node:crypto';
import { hmacKeys, publicKeyOf, schemeOf, secretFault, secretFrom, signingKey } from './signing-key.js';

const KEY = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('signing keys', () => {
  const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

  it('are the bytes after whsec_, or the text itself', () => {
    expect(signingKey(secretFrom(Buffer.alloc(32, 9))).key.export()).toEqual(Buffer.alloc(32, 9));
    expect(signingKey('some text').key.export()).toEqual(Buffer.from('some text'));
  });

  it('include the text of a whsec_ secret for publishers', () => {
    const secret = secretFrom(Buffer.alloc(32, 9));
    expect(hmacKeys(secret).map((key) => key.export().toString('hex'))).toEqual([
      Buffer.alloc(32, 9).toString('hex'),
      Buffer.from(secret).toString('hex'),
    ]);
    expect(hmacKeys('some text')).toHaveLength(1);
  });

  it('for Ed25519 match their public key', () => {
    const secret = secretFrom(Buffer.alloc(32, 9), 'v1a');
    expect([schemeOf(secret), schemeOf('whsec_AAAA'), publicKeyOf('whsec_AAAA')]).toEqual(['v1a', 'v1', null]);
    const publicKey = publicKeyOf(secret)!;
    expect(publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    const raw = Buffer.from(publicKey.slice('whpk_'.length), 'base64');
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
    const signature = sign(null, Buffer.from('text'), signingKey(secret).key);
    expect(verify(null, Buffer.from('text'), key, signature)).toBe(true);
  });

  it('for Ed25519 may be a seed alone', () => {
    const seed = `whsk_${Buffer.alloc(32, 9).toString('base64')}`;
    expect(secretFault(seed)).toBeNull();
    expect(publicKeyOf(seed)).toBe(publicKeyOf(secretFrom(Buffer.alloc(32, 9), 'v1a')));
  });

  it.each([
    KEY,
    'any text at all',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'who secures this?',
    secretFrom(Buffer.alloc(32, 1), 'v1a'),
    secretFrom(Buffer.alloc(31, 0xff)),
  ])('may come from the secret "%s"', (secret) => {
    expect(secretFault(secret)).toBeNull();
  });

  it.each([
    'whsec_',
    'whsec_not base64',
    'whsec_abc',
    `${KEY}=`,
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS_',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS',
    'whsec_MfKQ9r8GKYqrTwjUPD8I\nLPZIo2LaLaSw',
    // The last character has bits beyond the last byte, which strict decoders reject.
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaR=',
    'whsec_"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"',
    `whsec_${KEY}`,
    `${KEY} ${KEY}`,
    'whsk_',
    'whsk_AAAA',
    `whsk_${Buffer.alloc(32, 0xff).toString('base64url')}`,
    // The second half is not the public key of the seed.
    `whsk_${Buffer.alloc(64, 9).toString('base64')}`,
  ])('need valid base64 after the prefix: "%s"', (secret) => {
    expect(secretFault(secret)).toMatch(/base64/);
  });

  it.each([
    ` ${KEY}`,
    `${KEY}\n`,
    '\tany text at all',
    'any text at all\u00a0',
    `\ufeff${KEY}`,
    `\u200b${KEY}`,
    `v1,${KEY}`,
    `v1, ${KEY}`,
    `v1a,${KEY}`,
    KEY.toUpperCase(),
    KEY.replace('whsec_', 'Whsec_'),
    KEY.replace('whsec_', 'whsec-'),
    KEY.replace('whsec_', 'whsec:'),
    KEY.replace('whsec_', 'whsec'),
    KEY.replace('whsec_', 'whsec '),
    KEY.replace('whsec_', 'WHSK_'),
    `"${KEY}"`,
    `'${KEY}'`,
    `\u201c${KEY}\u201d`,
    `<${KEY}>`,
    `WEBHOOK_SECRET=${KEY}`,
    `Bearer ${KEY}`,
    `{"secret":"${KEY}"}`,
    `whpk_${Buffer.alloc(32, 9).toString('base64')}`,
    `WHPK_${Buffer.alloc(32, 9).toString('base64')}`,
    'whk_01k6zv1yqpe7rtqq6zjy2k3m4n_0123456789',
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== somebody@somewhere',
  ])('may not come from a secret that resembles another format: %j', (secret) => {
    expect(secretFault(secret)).not.toBeNull();
  });
});
