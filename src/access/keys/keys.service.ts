import { randomBytes } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import type { Tx } from '../../shared/database/transaction.js';
import { type Fault, InvalidInput } from '../../shared/errors/domain-error.js';
import { decodeCursor, type Page, toPage } from '../../shared/http/page.js';
import { hasFaultAt, type Input } from '../../shared/http/read-input.js';
import { refuseReadOnly } from '../../shared/http/read-only.js';
import { parsePublicId, toPublicId } from '../../shared/ids/public-id.js';
import { newUuid, type Uuid } from '../../shared/ids/uuid.js';
import { LIMITS } from '../../shared/limits.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import {
  ApiKeyNotFound,
  KeyHasSuccessor,
  LastAdminKey,
  NoApiKey,
  OtherBootstrapKey,
  OtherTenant,
  TenantNotFound,
  TooManyKeys,
} from '../access.errors.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../caller.js';
import { isSameHash, parseToken, tokenFrom } from '../domain/api-key.js';
import type { CreatedKeyAnswer, KeyAnswer, KeyInput, KeyQuery, KeyRotation } from '../dto/keys.js';
import { TenantsRepository } from '../tenants/tenants.repository.js';
import type { ApiKey } from './api-key.js';
import { KeyRing } from './key-ring.js';
import { KeysRepository } from './keys.repository.js';

const DEFAULT_OVERLAP_SECONDS = 86_400;

/** The fields of a new key that are not generated. */
type KeyTerms = Pick<ApiKey, 'tenantId' | 'role' | 'name' | 'expiresAt' | 'rotatedFrom'>;

@Injectable()
export class KeysService implements OnApplicationBootstrap {
  constructor(
    private readonly repository: KeysRepository,
    private readonly keyRing: KeyRing,
    private readonly tenants: TenantsRepository,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly settings: Settings,
  ) {}

  /** @throws OtherBootstrapKey; NoApiKey if keys are required and there is no admin key */
  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey, apiAccess } = this.settings;
    if (bootstrapApiKey !== undefined) await this.addBootstrapKey(bootstrapApiKey);
    if (apiAccess === 'keys' && !(await this.repository.hasAdmin(0))) throw new NoApiKey();
  }

  /** @throws InvalidInput; OtherTenant; TenantNotFound; TooManyKeys */
  async create(caller: Caller, { dto: input, faults, readOnly }: Input<KeyInput>): Promise<CreatedKeyAnswer> {
    const tenantId = hasFaultAt(faults, 'tenant_id') ? null : tenantOf(caller, input);
    const found = [...faults, ...refuseReadOnly(readOnly), ...tenantFaults(tenantId, input, faults)];
    const expiresAt = this.expiryOf(input.expires_at, found);
    if (found.length > 0) throw new InvalidInput(found);
    const { key, token } = this.make(caller, { tenantId, role: input.role, name: input.name ?? null, expiresAt, rotatedFrom: null }); // prettier-ignore
    await this.audit.change(caller, async (tx, record) => {
      await this.add(tx, key);
      await record({ action: 'key.created', target: toPublicId('key', key.id), changed: Object.keys(input), tenantId }); // prettier-ignore
    });
    return { ...toAnswer(key), key: token };
  }

  /** @throws ApiKeyNotFound */
  async get(caller: Caller, id: Uuid): Promise<KeyAnswer> {
    return toAnswer(await this.find(caller, id));
  }

  /** Lists keys, newest first. @throws MalformedCursor */
  async list(caller: Caller, { limit, cursor }: KeyQuery): Promise<Page<KeyAnswer>> {
    const after = cursor === undefined ? null : decodeCursor(cursor);
    return toPage(await this.repository.list(caller.administered, limit, after), limit, toAnswer);
  }

  /**
   * Creates a new key with the same role, tenant and name. The old key expires after the overlap.
   *
   * @throws ApiKeyNotFound; InvalidInput; TooManyKeys; KeyHasSuccessor; LastAdminKey if the new key expires earlier
   *   than the old one and no lasting admin key remains
   */
  async rotate(
    caller: Caller,
    id: Uuid,
    { dto: rotation, faults, readOnly }: Input<KeyRotation>,
  ): Promise<CreatedKeyAnswer> {
    const previous = await this.find(caller, id);
    const found = [...faults, ...refuseReadOnly(readOnly)];
    const isSame = rotation.expires_at === undefined;
    const expiresAt = isSame ? previous.expiresAt : this.expiryOf(rotation.expires_at, found);
    if (isSame && expiresAt !== null && expiresAt.getTime() <= this.clock.nowMs()) {
      found.push({ pointer: '/expires_at', detail: 'is required because the old key has expired' });
    }
    if (found.length > 0) throw new InvalidInput(found);
    const { key, token } = this.make(caller, { ...previous, expiresAt, rotatedFrom: id });
    const overlapMs = (rotation.overlap ?? DEFAULT_OVERLAP_SECONDS) * 1000;
    await this.audit.change(caller, async (tx, record) => {
      await this.add(tx, key);
      // A second rotation would copy the expiry that the first one set on the old key.
      if (await this.repository.hasOtherSuccessor(tx, id, key.id)) throw new KeyHasSuccessor(toPublicId('key', id));
      const end = new Date(this.clock.nowMs() + overlapMs);
      if (!(await this.repository.expireBy(tx, id, end))) throw new ApiKeyNotFound(toPublicId('key', id));
      if (expiresBefore(key, previous)) await this.refuseLockout(tx, key);
      await record({ action: 'key.rotated', target: toPublicId('key', id), changed: Object.keys(rotation), tenantId: key.tenantId }); // prettier-ignore
    });
    this.keyRing.forget(id);
    return { ...toAnswer(key), key: token };
  }

  /** @throws ApiKeyNotFound; LastAdminKey */
  async revoke(caller: Caller, id: Uuid): Promise<void> {
    const key = await this.find(caller, id);
    await this.audit.change(caller, async (tx, record) => {
      await this.repository.lockAdminKeys(tx);
      if (!(await this.repository.revoke(tx, id))) throw new ApiKeyNotFound(toPublicId('key', id));
      await this.refuseLockout(tx, key);
      await record({ action: 'key.revoked', target: toPublicId('key', id), tenantId: key.tenantId }); // prettier-ignore
    });
    this.keyRing.forget(id);
  }

  /**
   * Checks, after a key was revoked or shortened, that a lasting admin key remains. A key that expires within the
   * maximum overlap does not count.
   *
   * @throws LastAdminKey
   */
  private async refuseLockout(tx: Tx, { role, tenantId }: ApiKey): Promise<void> {
    if (role !== 'admin' || tenantId !== null || this.settings.apiAccess === 'open') return;
    if (!(await this.repository.hasAdmin(LIMITS.overlapSeconds, tx))) throw new LastAdminKey();
  }

  private async addBootstrapKey(token: string): Promise<void> {
    const parsed = parseToken(token);
    if (parsed === null) throw new Error('BOOTSTRAP_API_KEY passed validation but is not an API key');
    const { uuid: id } = parsePublicId(parsed.id, 'key');
    const key: ApiKey = {
      id,
      tenantId: null,
      role: 'admin',
      name: 'BOOTSTRAP_API_KEY',
      secretHash: parsed.secretHash,
      createdAt: this.clock.now(),
      createdBy: null,
      rotatedFrom: null,
      expiresAt: null,
      lastUsedAt: null,
    };
    await this.audit.ownChange(null, async (tx, record) => {
      if (!(await this.repository.insert(tx, key))) return;
      await record({ action: 'key.created', target: parsed.id });
    });
    const [known] = await this.repository.findMany([id]);
    if (known && !isSameHash(known.secretHash, parsed.secretHash)) throw new OtherBootstrapKey(parsed.id);
    if (known) return;
    this.logger.warn(
      { key_id: parsed.id },
      'The key in BOOTSTRAP_API_KEY is revoked and stays revoked. Remove the setting.',
    );
  }

  private make(
    caller: Caller,
    { tenantId, role, name, expiresAt, rotatedFrom }: KeyTerms,
  ): { key: ApiKey; token: string } {
    const createdAt = this.clock.now();
    const id = newUuid(createdAt.getTime());
    const { token, secretHash } = tokenFrom(toPublicId('key', id), randomBytes(32));
    const createdBy = caller.identity.keyId;
    return { key: { id, tenantId, role, name, secretHash, createdAt, createdBy, rotatedFrom, expiresAt, lastUsedAt: null }, token }; // prettier-ignore
  }

  private async add(tx: Tx, key: ApiKey): Promise<void> {
    // The lock makes concurrent transactions count and insert one at a time, and keeps the tenant from being deleted.
    if (key.tenantId === null) await this.repository.lockAdminKeys(tx);
    else if ((await this.tenants.lock(tx, key.tenantId)) === null) throw new TenantNotFound(key.tenantId);
    if ((await this.repository.count(tx, key.tenantId)) >= LIMITS.keys) throw new TooManyKeys(LIMITS.keys);
    await this.repository.insert(tx, key);
  }

  private async find(caller: Caller, id: Uuid): Promise<ApiKey> {
    const key = await this.repository.find(caller.administered, id);
    if (key === null) throw new ApiKeyNotFound(toPublicId('key', id));
    return key;
  }

  /** @param faults gets one if the time is valid but cannot be accepted */
  private expiryOf(expiresAt: string | null | undefined, faults: Fault[]): Date | null {
    if (expiresAt === undefined || expiresAt === null || hasFaultAt(faults, 'expires_at')) return null;
    const lifeMs = Date.parse(expiresAt) - this.clock.nowMs();
    if (lifeMs > 0 && lifeMs <= LIMITS.keyLifeSeconds * 1000) return new Date(expiresAt);
    const detail = `must be in the future and within ${LIMITS.keyLifeSeconds / 86_400} days`;
    faults.push({ pointer: '/expires_at', detail });
    return null;
  }
}

/**
 * The tenant that a new key is bound to; null for all tenants.
 *
 * @throws OtherTenant if the caller is limited to another tenant
 */
function tenantOf({ administered }: Caller, { tenant_id: given }: KeyInput): string | null {
  if (administered !== null && given !== undefined && given !== administered) throw new OtherTenant(administered);
  return given === undefined ? administered : given;
}

function tenantFaults(tenantId: string | null, { role }: KeyInput, faults: readonly Fault[]): Fault[] {
  if (tenantId !== null || role === 'admin' || hasFaultAt(faults, 'role') || hasFaultAt(faults, 'tenant_id')) return [];
  return [{ pointer: '/tenant_id', detail: 'is required; only an admin key can cover all tenants' }];
}

function expiresBefore({ expiresAt: end }: ApiKey, { expiresAt: other }: ApiKey): boolean {
  return end !== null && (other === null || end < other);
}

function toAnswer(key: ApiKey): KeyAnswer {
  return {
    id: toPublicId('key', key.id),
    role: key.role,
    tenant_id: key.tenantId,
    name: key.name,
    created_at: key.createdAt.toISOString(),
    created_by: key.createdBy && toPublicId('key', key.createdBy),
    rotated_from: key.rotatedFrom && toPublicId('key', key.rotatedFrom),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  };
}
