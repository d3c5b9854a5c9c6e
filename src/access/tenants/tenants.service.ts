import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import type { Tx } from '../../shared/database/transaction.js';
import { type Fault, InvalidInput } from '../../shared/errors/domain-error.js';
import { MalformedCursor, type Page } from '../../shared/http/page.js';
import { hasFaultAt, type Input } from '../../shared/http/read-input.js';
import { refuseReadOnly, refuseReadOnlyChanges } from '../../shared/http/read-only.js';
import { NeedsAllTenants, TenantExists, TenantInUse, TenantNotFound } from '../access.errors.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../caller.js';
import { isTenantId } from '../domain/tenant-id.js';
import type { TenantAnswer, TenantInput, TenantPatch, TenantQuery } from '../dto/tenants.js';
import { KeysRepository } from '../keys/keys.repository.js';
import { DEFAULT_TENANT } from './default-tenant.js';
import { publishRate, subscriptionLimit, type Tenant, type TenantLimits } from './tenant.js';
import { TenantDirectory } from './tenant-directory.js';
import { TenantsRepository } from './tenants.repository.js';

/**
 * Returns what another module still holds for a tenant, such as "subscriptions"; null if nothing prevents deletion. May
 * remove what goes with the tenant.
 */
export type RemovalCheck = (tx: Tx, tenantId: string) => Promise<string | null>;

const NO_LIMITS: TenantLimits = { eventsPerSecond: null, burst: null, maxSubscriptions: null };

@Injectable()
export class TenantsService {
  private readonly removalChecks: RemovalCheck[] = [];

  constructor(
    private readonly repository: TenantsRepository,
    private readonly directory: TenantDirectory,
    private readonly keys: KeysRepository,
    private readonly audit: AuditTrail,
    private readonly settings: Settings,
  ) {}

  /** @throws TenantExists; InvalidInput */
  async create(caller: Caller, { dto: input, faults: ownFaults, readOnly }: Input<TenantInput>): Promise<TenantAnswer> {
    refuseBound(caller);
    const faults = [...ownFaults, ...refuseReadOnly(readOnly)];
    const limits = hasFaultAt(faults, 'limits') ? NO_LIMITS : changedLimits(NO_LIMITS, input);
    faults.push(...this.burstFaults(limits));
    if (faults.length > 0) throw new InvalidInput(faults);
    const created = await this.audit.change(caller, async (tx, record) => {
      const tenant = await this.repository.insert(tx, {
        id: input.id,
        name: input.name ?? null,
        limits,
        frameAncestors: input.frame_ancestors ?? [],
      });
      if (tenant === null) throw new TenantExists(input.id);
      await record({ action: 'tenant.created', target: tenant.id, changed: Object.keys(input), tenantId: tenant.id }); // prettier-ignore
      return tenant;
    });
    this.directory.forget(created.id);
    return this.answer(created);
  }

  /** @throws TenantNotFound */
  async get(caller: Caller, id: string): Promise<TenantAnswer> {
    const tenant = isVisible(caller, id) ? await this.directory.find(id) : null;
    if (tenant === null) throw new TenantNotFound(id);
    return this.answer(tenant);
  }

  /** Lists tenants ordered by id. */
  async list(caller: Caller, { limit, cursor }: TenantQuery): Promise<Page<TenantAnswer>> {
    const after = cursor === undefined ? null : decodeCursor(cursor);
    const bound = caller.administered;
    const rows =
      bound === null
        ? await this.repository.list(limit, after)
        : (await this.repository.findMany([bound])).filter(({ id }) => after === null || id > after);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      data: shown.map((tenant) => this.answer(tenant)),
      has_more: last !== undefined,
      next_cursor: last === undefined ? null : Buffer.from(last.id).toString('base64url'),
    };
  }

  /** Changes the given fields. @throws TenantNotFound; InvalidInput */
  async patch(
    caller: Caller,
    id: string,
    { dto: patch, faults: ownFaults, readOnly }: Input<TenantPatch>,
  ): Promise<TenantAnswer> {
    refuseBound(caller);
    const changed = await this.audit.change(caller, async (tx, record) => {
      const found = await this.lock(tx, caller, id);
      const faults = [...ownFaults, ...refuseReadOnlyChanges(readOnly, this.answer(found))];
      const limits = hasFaultAt(faults, 'limits')
        ? found.limits
        : this.keepingDefaults(found.limits, changedLimits(found.limits, patch));
      faults.push(...this.burstFaults(limits));
      if (faults.length > 0) throw new InvalidInput(faults);
      const name = patch.name === undefined ? found.name : patch.name;
      await record({
        action: 'tenant.changed',
        target: id,
        changed: Object.keys(patch),
        tenantId: id,
      });
      // Null resets it, as the limits.
      const frameAncestors = patch.frame_ancestors === undefined ? found.frameAncestors : (patch.frame_ancestors ?? []);
      return this.repository.update(tx, { id, name, limits, frameAncestors });
    });
    if (changed === null) throw new TenantNotFound(id);
    this.directory.forget(id);
    return this.answer(changed);
  }

  /** @throws TenantNotFound; TenantInUse while it has keys or subscriptions, or if it is the default tenant */
  async remove(caller: Caller, id: string): Promise<void> {
    refuseBound(caller);
    await this.audit.change(caller, async (tx, record) => {
      await this.lock(tx, caller, id);
      if (id === DEFAULT_TENANT) throw new TenantInUse(id, 'serves requests without a tenant');
      if ((await this.keys.count(tx, id)) > 0) throw new TenantInUse(id, 'still has API keys');
      for (const check of this.removalChecks) {
        const what = await check(tx, id);
        if (what !== null) throw new TenantInUse(id, `still has ${what}`);
      }
      await this.repository.remove(tx, id);
      await record({ action: 'tenant.deleted', target: id, tenantId: id });
    });
    this.directory.forget(id);
  }

  /** Registers a check that runs before a tenant is deleted, for what other modules store for it. */
  onRemoval(check: RemovalCheck): void {
    this.removalChecks.push(check);
  }

  /**
   * Returns how many subscriptions a tenant may have, and locks the tenant until the transaction ends, so that
   * concurrent transactions count and insert one after the other.
   *
   * @throws TenantNotFound
   */
  async lockSubscriptionLimit(tx: Tx, tenantId: string): Promise<number> {
    const tenant = await this.repository.lock(tx, tenantId);
    if (tenant === null) throw new TenantNotFound(tenantId);
    return subscriptionLimit(tenant.limits, this.settings);
  }

  private async lock(tx: Tx, caller: Caller, id: string): Promise<Tenant> {
    const tenant = isVisible(caller, id) ? await this.repository.lock(tx, id) : null;
    if (tenant === null) throw new TenantNotFound(id);
    return tenant;
  }

  /**
   * Keeps a limit on the setting if it was, and the given value is that of the setting. Otherwise a client that sends
   * an answer back would fix the settings of that moment, which the answer shows.
   */
  private keepingDefaults(previous: TenantLimits, given: TenantLimits): TenantLimits {
    const rate = publishRate({ ...given, eventsPerSecond: null }, this.settings);
    const burst = publishRate({ ...given, burst: null }, this.settings)?.burst;
    const isKept = (field: keyof TenantLimits, byDefault: number | undefined): boolean =>
      previous[field] === null && given[field] === byDefault;
    return {
      eventsPerSecond: isKept('eventsPerSecond', rate?.perSecond) ? null : given.eventsPerSecond,
      burst: isKept('burst', burst) ? null : given.burst,
      maxSubscriptions: isKept('maxSubscriptions', this.settings.maxSubscriptions) ? null : given.maxSubscriptions,
    };
  }

  private burstFaults(limits: TenantLimits): Fault[] {
    const isBurstWithoutRate = limits.burst !== null && publishRate(limits, this.settings) === null;
    return isBurstWithoutRate ? [{ pointer: '/limits/burst', detail: 'requires events_per_second; set both' }] : [];
  }

  private answer({ id, name, limits, frameAncestors, createdAt, updatedAt }: Tenant): TenantAnswer {
    const rate = publishRate(limits, this.settings);
    return {
      id,
      name,
      limits: {
        events_per_second: rate?.perSecond ?? null,
        burst: rate?.burst ?? null,
        subscriptions: subscriptionLimit(limits, this.settings),
      },
      frame_ancestors: [...frameAncestors],
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    };
  }
}

function changedLimits(limits: TenantLimits, { limits: given }: TenantPatch): TenantLimits {
  if (given === undefined) return limits;
  // Null is a choice: no limit.
  // oxlint-disable-next-line typescript/prefer-nullish-coalescing
  const chosen = <T>(value: T | undefined, previous: T): T => (value === undefined ? previous : value);
  return {
    eventsPerSecond: chosen(given.events_per_second, limits.eventsPerSecond),
    burst: chosen(given.burst, limits.burst),
    maxSubscriptions: chosen(given.subscriptions, limits.maxSubscriptions),
  };
}

function refuseBound({ identity }: Caller): void {
  if (identity.tenantId !== null) throw new NeedsAllTenants();
}

function isVisible({ administered }: Caller, id: string): boolean {
  return isTenantId(id) && (administered === null || administered === id);
}

/** @throws MalformedCursor */
function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!isTenantId(id) || Buffer.from(id).toString('base64url') !== cursor) throw new MalformedCursor();
  return id;
}
