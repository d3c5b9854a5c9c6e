import { parseSettings } from '../../shared/config/settings.js';
import type { Tx } from '../../shared/database/transaction.js';
import { InvalidInput } from '../../shared/errors/domain-error.js';
import type { Input } from '../../shared/http/read-input.js';
import { LIMITS } from '../../shared/limits.js';
import type { Logger } from '../../shared/logging/logger.js';
import type { Clock } from '../../shared/time/clock.js';
import { TooManyKeys } from '../access.errors.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../caller.js';
import type { KeyInput } from '../dto/keys.js';
import type { TenantsRepository } from '../tenants/tenants.repository.js';
import type { ApiKey } from './api-key.js';
import type { KeyRing } from './key-ring.js';
import type { KeysRepository } from './keys.repository.js';
import { KeysService } from './keys.service.js';

type Work = Parameters<AuditTrail['change']>[1];

const NOW = Date.UTC(2026, 0, 31);
const CALLER = { identity: { keyId: null }, administered: 'acme' } as unknown as Caller;

describe('API keys', () => {
  let kept: ApiKey[];

  /** A service whose tenant already has this many keys. */
  const keys = (count: number): KeysService => {
    const insert = (_tx: Tx, key: ApiKey): Promise<boolean> => Promise.resolve(kept.push(key) > 0);
    return new KeysService(
      { count: () => Promise.resolve(count), insert } as unknown as KeysRepository,
      {} as KeyRing,
      { lock: () => Promise.resolve({}) } as unknown as TenantsRepository,
      { change: (_: unknown, work: Work) => work({} as Tx, () => Promise.resolve()) } as unknown as AuditTrail,
      { nowMs: () => NOW, now: () => new Date(NOW) } as Clock,
      {} as Logger,
      parseSettings({ DATABASE_URL: 'postgres://unused' }),
    );
  };

  const given = (more: Partial<KeyInput> = {}): Input<KeyInput> => ({
    dto: { role: 'reader', ...more },
    faults: [],
    readOnly: {},
  });

  beforeEach(() => {
    kept = [];
  });

  it('are limited in number per tenant', async () => {
    await expect(keys(LIMITS.keys).create(CALLER, given())).rejects.toThrow(TooManyKeys);
    await expect(keys(LIMITS.keys).create(CALLER, given())).rejects.toThrow(String(LIMITS.keys));
    expect(kept).toEqual([]);

    await keys(LIMITS.keys - 1).create(CALLER, given());
    expect(kept).toHaveLength(1);
  });

  it('expire within the maximum lifetime or never', async () => {
    const endingAt = (ms: number): Promise<unknown> =>
      keys(0).create(CALLER, given({ expires_at: new Date(ms).toISOString() }));
    const last = NOW + LIMITS.keyLifeSeconds * 1000;
    for (const ms of [last + 1, NOW]) await expect(endingAt(ms)).rejects.toThrow(InvalidInput);
    await expect(endingAt(last + 1)).rejects.toThrow('/expires_at must be in the future and within 3650 days');
    expect(kept).toEqual([]);

    await endingAt(last);
    await keys(0).create(CALLER, given());
    expect(kept.map(({ expiresAt }) => expiresAt?.getTime())).toEqual([last, undefined]);
  });
});
