import { createHmac, createSecretKey } from 'node:crypto';
import { requestFingerprint } from './request-fingerprint.js';
import { isSignedBy, isSignedEnvelope } from './signed-envelope.js';

describe('a signed envelope', () => {
  it('is an object with exactly a body and a signature, both strings', () => {
    expect(isSignedEnvelope({ body: '{}', signature: 'x' })).toBe(true);
    for (const other of [
      null,
      [],
      'x',
      {},
      { body: '{}' },
      { body: {}, signature: 'x' },
      { body: '', signature: '', more: 1 },
    ]) {
      expect(isSignedEnvelope(other)).toBe(false);
    }
  });

  const content = Buffer.from('{"order": 1}');
  const key = createSecretKey('secret', 'utf8');
  const signature = createHmac('sha256', 'secret').update(content).digest('hex');

  it('accepts a signature made with any of the keys, in upper or lower case hexadecimal', () => {
    const other = createSecretKey('other', 'utf8');
    expect(isSignedBy([key], content, signature)).toBe(true);
    expect(isSignedBy([other, key, other], content, signature.toUpperCase())).toBe(true);
    expect(isSignedBy([other], content, signature)).toBe(false);
    expect(isSignedBy([], content, signature)).toBe(false);
  });

  it.each(['', 'x', signature.slice(1), `${signature}00`, `sha256=${signature}`, 'é'.repeat(64)])(
    'rejects the signature "%s"',
    (wrong) => {
      expect(isSignedBy([key], content, wrong)).toBe(false);
    },
  );

  it('rejects the signature when a byte of the body has changed', () => {
    expect(isSignedBy([key], Buffer.from('{"order": 2}'), signature)).toBe(false);
  });
});

describe('the fingerprint of a request', () => {
  it('is equal for equal requests and different for all others', () => {
    const requests = [['a', 'bc'], ['ab', 'c'], ['abc'], ['a', 'b', 'c'], ['a', Buffer.from([0xff])], ['a', '']];
    const prints = requests.map((parts) => requestFingerprint(parts).toString('hex'));
    expect(new Set(prints).size).toBe(requests.length);
    expect(requestFingerprint(['a', 'bc']).toString('hex')).toBe(prints[0]);
    expect(requestFingerprint(['a'])).toHaveLength(32);
  });
});
