import { createHmac, createSecretKey } from 'node:crypto';
import { requestFingerprint } from './request-fingerprint.js';
import { isSignedBy, isSignedEnvelope } from './signed-envelope.js';

describe('a signed envelope', () => {
  it('is exactly a body and a signature, both strings', () => {
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

  it('is signed by whoever holds one of the keys, in hexadecimal of either case', () => {
    const other = createSecretKey('other', 'utf8');
    expect(isSignedBy([key], content, signature)).toBe(true);
    expect(isSignedBy([other, key, other], content, signature.toUpperCase())).toBe(true);
    expect(isSignedBy([other], content, signature)).toBe(false);
    expect(isSignedBy([], content, signature)).toBe(false);
  });

  it.each(['', 'x', signature.slice(1), `${signature}00`, `sha256=${signature}`, 'é'.repeat(64)])(
    'is not signed by "%s"',
    (wrong) => {
      expect(isSignedBy([key], content, wrong)).toBe(false);
    },
  );

  it('is not signed when a byte was changed', () => {
    expect(isSignedBy([key], Buffer.from('{"order": 2}'), signature)).toBe(false);
  });
});

describe('the fingerprint of a request', () => {
  it('is the same for the same request, and another for every other', () => {
    const requests = [['a', 'bc'], ['ab', 'c'], ['abc'], ['a', 'b', 'c'], ['a', Buffer.from([0xff])], ['a', '']];
    const prints = requests.map((parts) => requestFingerprint(parts).toString('hex'));
    expect(new Set(prints).size).toBe(requests.length);
    expect(requestFingerprint(['a', 'bc']).toString('hex')).toBe(prints[0]);
    expect(requestFingerprint(['a'])).toHaveLength(32);
  });
});
