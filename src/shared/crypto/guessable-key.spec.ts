import { randomBytes } from 'node:crypto';
import { isGuessable } from './guessable-key.js';

describe('a key', () => {
  it.each<[string, Buffer]>([
    ['zeros', Buffer.alloc(32)],
    ['one byte', Buffer.alloc(32, 0xab)],
    ['a short pattern', Buffer.alloc(32, 'deadbeef', 'hex')],
    ['a pattern as long as half of the key', Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(16, 1)])],
    ['a pattern of random bytes', Buffer.alloc(32, randomBytes(20))],
    ['the development key', Buffer.alloc(32, 'development only ')],
    ['consecutive bytes', Buffer.from(Array.from({ length: 32 }, (_, n) => n))],
    ['descending bytes, past zero', Buffer.from(Array.from({ length: 32 }, (_, n) => 10 - n))],
    ['bytes with a repeating step', Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7 + (n % 2)))],
    ['a repeated word', Buffer.from('changemechangeme-changemechangem')],
    ['a common placeholder', Buffer.from('your-32-byte-encryption-key-here')],
    ['zeros except for one byte', Buffer.alloc(32).fill(1, 31)],
    ['random bytes padded with zeros', Buffer.concat([randomBytes(12), Buffer.alloc(20)])],
  ])('made of %s is guessable', (_, key) => {
    expect(isGuessable(key)).toBe(true);
  });

  it('made of random bytes is not guessable', () => {
    for (let n = 0; n < 1000; n += 1) expect(isGuessable(randomBytes(32))).toBe(false);
  });
});
