import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader } from '@nestjs/swagger';
import { LIMITS } from '../shared/limits.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { RouteOption } from '../shared/http/route-options.js';
import { takesQuery } from '../shared/http/strict-query.js';
import { type Permission, rolesThatMay } from './domain/role.js';
import { TENANT_ID } from './domain/tenant-id.js';

/** Name of the security scheme in the OpenAPI document. */
export const SECURITY_SCHEME = 'api_key';
/** Holds the roles of an operation in the OpenAPI document. */
export const ROLES_EXTENSION = 'x-roles';

const X_TENANT = {
  name: 'X-Tenant',
  required: false,
  description: 'For an admin key of all tenants: the tenant that the request is about; `default` if not given',
  schema: { type: 'string' as const, maxLength: LIMITS.tenantIdLength, pattern: TENANT_ID.source },
};

/**
 * What the caller of an operation must be permitted. Every operation needs this, or `RouteOption({ permission: 'none'
 * })`.
 *
 * @param options `isMetered`: it takes from what the tenant may publish, as publishing always does
 */
export function Permit(
  permission: Permission,
  { isMetered = permission === 'publish' }: { isMetered?: boolean } = {},
): MethodDecorator {
  const document = applyDecorators(
    ApiBearerAuth(SECURITY_SCHEME),
    ApiExtension(ROLES_EXTENSION, rolesThatMay(permission)),
    ApiHeader(X_TENANT),
    ApiProblems(401, 403, 404, 422, ...(isMetered ? [429] : [])),
  );
  return (target, key, descriptor) => {
    document(target, key, descriptor);
    RouteOption({ permission, isMetered, takesQuery: takesQuery(target, key) })(target, key, descriptor);
  };
}
