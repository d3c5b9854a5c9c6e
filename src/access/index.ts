export { TenantId } from './tenant.js';
