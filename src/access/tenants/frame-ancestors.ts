import { Injectable } from '@nestjs/common';
import { TenantDirectory } from './tenant-directory.js';

/** Which pages may show the portal in a frame. */
@Injectable()
export class FrameAncestors {
  constructor(private readonly tenants: TenantDirectory) {}

  /**
   * The origins whose pages may show the page of the portal, before anything is known of the session: it is in the
   * fragment of the URL, which browsers do not send.
   *
   * @param tenantId what the query of the page says, which only selects the list. Naming another tenant gains nothing:
   *   a page that is framed without a code of that tenant has nothing to show
   */
  async originsFor(tenantId: string | undefined): Promise<readonly string[]> {
    const tenant = tenantId === undefined ? null : await this.tenants.find(tenantId);
    return tenant?.frameAncestors ?? [];
  }
}
