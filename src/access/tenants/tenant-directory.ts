import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/time/clock.js';
import { BriefCache } from '../brief-cache.js';
import { isTenantId } from '../domain/tenant-id.js';
import type { Tenant } from './tenant.js';
import { TenantsRepository } from './tenants.repository.js';

/** Caches tenants for the gatekeeper. Every process sees a changed limit within a second. */
@Injectable()
export class TenantDirectory {
  private readonly tenants: BriefCache<Tenant>;

  constructor(repository: TenantsRepository, clock: Clock) {
    this.tenants = new BriefCache(async (ids) => {
      const found = await repository.findMany(ids);
      return new Map(found.map((tenant) => [tenant.id, tenant]));
    }, clock);
  }

  find(id: string): Tenant | null | Promise<Tenant | null> {
    return isTenantId(id) ? this.tenants.get(id) : null;
  }

  /** Must be called after this process has changed the tenant. */
  forget(id: string): void {
    this.tenants.forget(id);
  }
}
