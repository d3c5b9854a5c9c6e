export { NeedsAllTenants } from './access.errors.js';
export { AccessApiModule } from './access-api.module.js';
export { AccessModule } from './access.module.js';
export { AuditTrail } from './audit/audit-trail.js';
export { type Caller, CurrentCaller, senderOf, TenantId } from './caller.js';
export { isTenantId } from './domain/tenant-id.js';
export { Gatekeeper } from './gatekeeper.js';
export { Permit, ROLES_EXTENSION, SECURITY_SCHEME, TENANT_IN_QUERY } from './permit.js';
export { TenantsService } from './tenants/tenants.service.js';
