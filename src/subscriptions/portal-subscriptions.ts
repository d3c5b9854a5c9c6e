import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PortalSessionsService } from '../access/index.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** Says which subscriptions a portal session cannot be limited to, because the tenant does not have them. */
@Injectable()
export class PortalSubscriptions implements OnModuleInit {
  constructor(
    private readonly portals: PortalSessionsService,
    private readonly repository: SubscriptionsRepository,
  ) {}

  onModuleInit(): void {
    this.portals.findUnknownWith(async (tenantId, ids) => {
      const found = await this.repository.findExisting(tenantId, ids);
      return ids.filter((id) => !found.has(id));
    });
  }
}
