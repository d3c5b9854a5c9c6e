import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader } from '@nestjs/swagger';
import { LIMITS } from '../shared/limits.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { RouteOption } from '../shared/http/route-options.js';
import { takesQuery } from '../shared/http/strict-query.js';
import { ApiKeyMissing, NotPermitted, RateLimited, TenantNotFound } from './access.errors.js';
import { may, type Permission, ROLES, rolesThatMay } from './domain/role.js';
import { TENANT_ID } from './domain/tenant-id.js';
import { ForeignRequest } from './session.errors.js';

/** Name of the security scheme in the OpenAPI document. */
export const SECURITY_SCHEME = 'api_key';
/** Name of the extension that lists an operation's permitted roles in the OpenAPI document. */
export const ROLES_EXTENSION = 'x-roles';

const X_TENANT = {
  name: 'X-Tenant',
  required: false,
  description: 'Tenant that the request is about, for an admin key for all tenants; defaults to `default`',
  schema: { type: 'string' as const, maxLength: LIMITS.tenantIdLength, pattern: TENANT_ID.source },
};

/** OpenAPI schema of the query parameter that names the tenant instead, on routes that take it. */
export const TENANT_IN_QUERY = {
  description: 'Same as `X-Tenant`',
  maxLength: LIMITS.tenantIdLength,
  pattern: TENANT_ID.source,
  example: 'default',
};

/**
 * Declares the permission that an operation requires, and documents it. Every operation needs this decorator or
 * `RouteOption({ permission: 'none' })`.
 *
 * @param options `isMetered`: a request takes a token from the tenant's publishing quota; the default for `publish`
 */
export function Permit(
  permission: Permission,
  { isMetered = permission === 'publish' }: { isMetered?: boolean } = {},
): MethodDecorator {
  const refused = ROLES.find((role) => !may(role, permission));
  const document = applyDecorators(
    ApiBearerAuth(SECURITY_SCHEME),
    ApiExtension(ROLES_EXTENSION, rolesThatMay(permission)),
    ApiHeader(X_TENANT),
    ApiProblems(
      new ApiKeyMissing(),
      // Where every role may call, only a page of another site is refused.
      refused === undefined ? new ForeignRequest() : new NotPermitted(refused, permission),
      new TenantNotFound('acme'),
      422,
      ...(isMetered ? [new RateLimited(100, 1)] : []),
    ),
  );
  return (target, key, descriptor) => {
    document(target, key, descriptor);
    RouteOption({ permission, isMetered, takesQuery: takesQuery(target, key) })(target, key, descriptor);
  };
}
