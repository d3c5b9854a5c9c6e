import { randomBytes } from 'node:crypto';
import { silentLogger } from '../../../test/support/silent-logger.js';
import { parseSettings } from '../../shared/config/settings.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { Unauthenticated } from '../access.errors.js';
import { sessionTokenFrom } from '../domain/session-token.js';
import type { KeyRing } from '../keys/key-ring.js';
import { SessionEnded } from '../session.errors.js';
import type { BrowserSession } from './browser-session.js';
import { SessionRing } from './session-ring.js';
import type { SessionsRepository } from './sessions.repository.js';

const MINUTE_MS = 60_000;
const KEY_ID = newUuid(Date.now());

describe('the sessions of browsers', () => {
  let nowMs: number;
  let reads: number;
  let renewals: number[];
  let rows: Map<string, BrowserSession>;
  let isKeyValid: boolean;
  let keyExpiresAt: Date | null;
  let ring: SessionRing;

  beforeEach(() => {
    nowMs = Date.UTC(2026, 0, 31);
    reads = 0;
    renewals = [];
    rows = new Map();
    isKeyValid = true;
    keyExpiresAt = null;
    const repository = {
      findMany: (ids: string[]) => {
        reads += 1;
        return Promise.resolve(ids.flatMap((id) => rows.get(id) ?? []));
      },
      renew: (id: string, _usedAt: Date, expiresAt: Date) => {
        renewals.push(expiresAt.getTime() - nowMs);
        rows.set(id, { ...rows.get(id)!, expiresAt });
        return Promise.resolve();
      },
    };
    const keyRing = {
      find: () => {
        if (!isKeyValid) throw new Unauthenticated('This API key is unknown or revoked.');
        return { key: { expiresAt: keyExpiresAt }, identity: { keyId: KEY_ID, role: 'reader', tenantId: 'acme' } };
      },
    };
    const clock = { now: () => new Date(nowMs), nowMs: () => nowMs, monotonicMs: () => nowMs };
    const settings = parseSettings({ DATABASE_URL: 'postgres://unused', SESSION_IDLE_TIMEOUT: '1800', SESSION_MAX_LIFETIME: '7200' }); // prettier-ignore
    ring = new SessionRing(
      repository as unknown as SessionsRepository,
      keyRing as unknown as KeyRing,
      clock,
      silentLogger,
      settings,
    );
  });

  /** Stores a session. @returns its token */
  const begin = (): string => {
    const createdAt = new Date(nowMs);
    const id = newUuid(nowMs);
    const { token, secretHash } = sessionTokenFrom('whs', toPublicId('ses', id), randomBytes(32));
    const expiresAt = ring.endOf(nowMs, keyExpiresAt);
    rows.set(id, { id, keyId: KEY_ID, secretHash, address: '::1', createdAt, lastUsedAt: createdAt, expiresAt });
    return token;
  };

  it('have the role and the tenant of their key, and cost no query while they are known', async () => {
    const token = begin();

    expect(await ring.identify(token, true)).toMatchObject({ keyId: KEY_ID, role: 'reader', tenantId: 'acme' });
    expect(ring.identify(token, true)).toMatchObject({ session: { kind: 'browser' } });
    expect(reads).toBe(1);
  });

  it('open with nothing but the right secret', async () => {
    const token = begin();
    const other = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');

    for (const text of [other, '', 'whs_', begin().replace(/^.{30}/, token.slice(0, 30))]) {
      await expect((async () => ring.identify(text, true))()).rejects.toThrow(SessionEnded);
    }
  });

  it('are prolonged while they are used, by a write a minute at most', async () => {
    const token = begin();
    for (let minute = 0; minute < 40; minute += 1) {
      await ring.identify(token, true);
      await ring.identify(token, true);
      expect(renewals).toHaveLength(minute);
      nowMs += MINUTE_MS;
    }

    expect(await ring.identify(token, true)).toMatchObject({ role: 'reader' });
    expect(new Set(renewals)).toEqual(new Set([30 * MINUTE_MS]));
  });

  it('end when they are not used, and are not prolonged by a look', async () => {
    const token = begin();
    nowMs += 29 * MINUTE_MS;
    await ring.identify(token, false);
    nowMs += MINUTE_MS;

    await expect((async () => ring.identify(token, true))()).rejects.toThrow(SessionEnded);
    expect(renewals).toEqual([]);
  });

  it('end some time after their beginning, however much they are used', async () => {
    const token = begin();
    for (let minute = 0; minute < 120; minute += 10) {
      expect(await ring.identify(token, true)).toMatchObject({ role: 'reader' });
      nowMs += 10 * MINUTE_MS;
    }

    await expect((async () => ring.identify(token, true))()).rejects.toThrow(SessionEnded);
  });

  it('end with their key, and say so', async () => {
    const token = begin();
    await ring.identify(token, true);
    isKeyValid = false;

    await expect((async () => ring.identify(token, true))()).rejects.toThrow('its API key is no longer valid');
  });

  it('do not outlive a key that expires', () => {
    keyExpiresAt = new Date(nowMs + 5 * MINUTE_MS);

    expect(ring.endOf(nowMs, keyExpiresAt)).toEqual(keyExpiresAt);
  });
});
