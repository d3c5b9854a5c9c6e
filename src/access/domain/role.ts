export const ROLES = ['admin', 'publisher', 'manager', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** What an operation requires of its caller. */
export type Permission = 'publish' | 'read' | 'manage' | 'administer';

const PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: ['publish', 'read', 'manage', 'administer'],
  publisher: ['publish'],
  manager: ['read', 'manage'],
  reader: ['read'],
};

export function may(role: Role, permission: Permission): boolean {
  return PERMISSIONS[role].includes(permission);
}

export function rolesThatMay(permission: Permission): Role[] {
  return ROLES.filter((role) => may(role, permission));
}
