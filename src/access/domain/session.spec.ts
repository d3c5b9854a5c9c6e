import { abilitiesOf } from './capability.js';
import { isSameHash } from './api-key.js';
import { isRenewalDue, sessionEndMs } from './session-life.js';
import { parseSessionToken, sessionTokenFrom } from './session-token.js';

describe('the token of a session', () => {
  const { token, secretHash } = sessionTokenFrom('whs', 'ses_01k6zv1yqpe7rtqq6zjy2k3m4n', Buffer.alloc(32, 0xfb));

  it('contains the id of its row, and a secret of which the hash is kept', () => {
    expect(token).toMatch(/^whs_01k6zv1yqpe7rtqq6zjy2k3m4n_[A-Za-z0-9_-]{43}$/);
    const parsed = parseSessionToken('whs', token)!;
    expect(parsed.id).toBe('ses_01k6zv1yqpe7rtqq6zjy2k3m4n');
    expect(isSameHash(parsed.secretHash, secretHash)).toBe(true);
  });

  it('is not taken for one of another kind', () => {
    expect(parseSessionToken('whp', token)).toBeNull();
    expect(parseSessionToken('whp', token.replace('whs', 'whp'))?.id).toBe('pse_01k6zv1yqpe7rtqq6zjy2k3m4n');
  });

  it.each(['', 'whs_', token.slice(1), token.slice(0, -1), `${token}x`, `${token}\n`, ` ${token}`])(
    'is not "%s"',
    (text) => {
      expect(parseSessionToken('whs', text)).toBeNull();
    },
  );
});

describe('the life of a session', () => {
  const life = { idleMs: 1_800_000, maxMs: 7_200_000 };

  it('ends some time after its last use, and in any case some time after its beginning', () => {
    expect(sessionEndMs(0, 0, life)).toBe(1_800_000);
    expect(sessionEndMs(0, 1_000_000, life)).toBe(2_800_000);
    expect(sessionEndMs(0, 7_000_000, life)).toBe(7_200_000);
  });

  it('is prolonged by a use, but not again by the next one a moment later', () => {
    const due = (nowMs: number, endMs: number): boolean => isRenewalDue({ createdAtMs: 0, endMs }, nowMs, life);

    expect([due(1000, 1_800_000), due(59_999, 1_800_000), due(60_000, 1_800_000)]).toEqual([false, false, true]);
    // Nothing prolongs it beyond its longest life.
    expect(due(7_100_000, 7_200_000)).toBe(false);
  });
});

describe('what a role may do, in the words of portals', () => {
  it('is everything for an admin, and publishing alone for a publisher', () => {
    expect(abilitiesOf('admin')).toContain('access:administer');
    expect(abilitiesOf('admin')).toContain('secrets:read');
    expect(abilitiesOf('publisher')).toEqual(['events:publish']);
  });

  it('is reading, and not secrets, for a reader', () => {
    expect(abilitiesOf('reader')).toEqual(['subscriptions:read', 'deliveries:read', 'payloads:read']);
    expect(abilitiesOf('manager')).not.toContain('access:administer');
    expect(abilitiesOf('manager')).toContain('subscriptions:write');
  });
});
