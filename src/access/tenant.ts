import { createParamDecorator } from '@nestjs/common';

/** Everything belongs to a tenant. This is the one there is while the service has no API keys. */
const DEFAULT_TENANT = 'default';

/** The tenant that the caller of this request belongs to. */
export const TenantId = createParamDecorator(() => DEFAULT_TENANT);
