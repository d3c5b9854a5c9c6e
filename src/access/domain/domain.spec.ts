import { isSameHash, parseToken, tokenFrom } from './api-key.js';
import { may, type Permission, ROLES, rolesThatMay } from './role.js';
import { type Bucket, takeTokens } from './token-bucket.js';

describe('roles', () => {
  it.each<[Permission, string[]]>([
    ['publish', ['admin', 'publisher']],
    ['read', ['admin', 'manager', 'reader']],
    ['manage', ['admin', 'manager']],
    ['administer', ['admin']],
    ['any', ['admin', 'publisher', 'manager', 'reader']],
  ])('%s is granted to %j', (permission, roles) => {
    expect(rolesThatMay(permission)).toEqual(roles);
    expect(ROLES.filter((role) => may(role, permission))).toEqual(roles);
  });
});

describe('an API key', () => {
  const id = 'key_01k6zv1yqpe7rtqq6zjy2k3m4n';
  const { token, secretHash } = tokenFrom(id, Buffer.alloc(32, 0xfb));

  it('contains its id and a secret', () => {
    expect(token).toMatch(/^whk_01k6zv1yqpe7rtqq6zjy2k3m4n_[A-Za-z0-9_-]{43}$/);
    const parsed = parseToken(token);
    expect(parsed?.id).toBe(id);
    expect(isSameHash(parsed!.secretHash, secretHash)).toBe(true);
  });

  it('has another hash if its secret differs', () => {
    const other = parseToken(tokenFrom(id, Buffer.alloc(32, 0xfa)).token);
    expect(isSameHash(other!.secretHash, secretHash)).toBe(false);
    expect(isSameHash(Buffer.alloc(0), secretHash)).toBe(false);
  });

  it.each([
    '',
    'whk_',
    token.slice(1),
    token.slice(0, -1),
    `${token}x`,
    `${token}\n`,
    token.toUpperCase(),
    ` ${token}`,
  ])('is not "%s"', (text) => {
    expect(parseToken(text)).toBeNull();
  });
});

describe('a token bucket', () => {
  const rate = { perSecond: 10, burst: 5 };

  function takeAt(times: readonly number[], wanted = 1): number[] {
    let bucket: Bucket | null = null;
    return times.map((nowMs) => {
      const taken = takeTokens(bucket, rate, nowMs, wanted);
      ({ bucket } = taken);
      return taken.granted;
    });
  }

  it('starts full and grants no more than its burst', () => {
    expect(takeAt([0, 0, 0, 0, 0, 0, 0])).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });

  it('fills at its rate, up to its burst', () => {
    expect(takeAt([0, 100, 200, 10_000], 4)).toEqual([4, 2, 1, 4]);
    expect(takeAt([0, 10_000, 10_000], 9)).toEqual([5, 5, 0]);
  });

  it('adds no tokens when the clock goes backwards', () => {
    expect(takeAt([1000, 0, 0], 5)).toEqual([5, 0, 0]);
  });
});
