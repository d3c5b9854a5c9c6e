export const ROLES = ['admin', 'publisher', 'manager', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** What an operation requires of its caller. `any`: only that the service knows who it is. */
export type Permission = 'publish' | 'read' | 'manage' | 'administer' | 'any';

const PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: ['publish', 'read', 'manage', 'administer', 'any'],
  publisher: ['publish', 'any'],
  manager: ['read', 'manage', 'any'],
  reader: ['read', 'any'],
};

export function may(role: Role, permission: Permission): boolean {
  return PERMISSIONS[role].includes(permission);
}

export function rolesThatMay(permission: Permission): Role[] {
  return ROLES.filter((role) => may(role, permission));
}
