import { randomBytes } from 'node:crypto';
import { isGuessable } from './guessable-key.js';

describe('a key', () => {
  it.each<[string, Buffer]>([
    ['zeros', Buffer.alloc(32)],
    ['one byte', Buffer.alloc(32, 0xab)],
    ['a short pattern', Buffer.alloc(32, 'deadbeef', 'hex')],
    ['a pattern as long as half of it', Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(16, 1)])],
    ['a pattern of random bytes', Buffer.alloc(32, randomBytes(20))],
    ['the key for development', Buffer.alloc(32, 'development only ')],
    ['bytes in a row', Buffer.from(Array.from({ length: 32 }, (_, n) => n))],
    ['bytes in a row backwards, past zero', Buffer.from(Array.from({ length: 32 }, (_, n) => 10 - n))],
    ['bytes that step by a pattern', Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7 + (n % 2)))],
    ['a word', Buffer.from('changemechangeme-changemechangem')],
    ['what many examples say', Buffer.from('your-32-byte-encryption-key-here')],
    ['zeros but for one', Buffer.alloc(32).fill(1, 31)],
    ['random bytes, filled up with zeros', Buffer.concat([randomBytes(12), Buffer.alloc(20)])],
  ])('of %s can be guessed', (_, key) => {
    expect(isGuessable(key)).toBe(true);
  });

  it('of random bytes cannot', () => {
    for (let n = 0; n < 1000; n += 1) expect(isGuessable(randomBytes(32))).toBe(false);
  });
});
