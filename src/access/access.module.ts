import { Module } from '@nestjs/common';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditTrail } from './audit/audit-trail.js';
import { KeysRepository } from './keys/keys.repository.js';
import { TenantDirectory } from './tenants/tenant-directory.js';
import { TenantsRepository } from './tenants/tenants.repository.js';
import { TenantsService } from './tenants/tenants.service.js';

/** What other modules use of access: the audit trail and the tenants' limits. */
@Module({
  providers: [AuditRepository, AuditTrail, KeysRepository, TenantDirectory, TenantsRepository, TenantsService],
  exports: [AuditRepository, AuditTrail, KeysRepository, TenantDirectory, TenantsRepository, TenantsService],
})
export class AccessModule {}
