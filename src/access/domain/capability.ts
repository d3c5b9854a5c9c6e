import type { Permission, Role } from './role.js';
import { may } from './role.js';

/**
 * What a portal session may be allowed to do, each within one tenant. An operation answers with what it changed, so a
 * capability to change something shows that much.
 */
export const CAPABILITIES = [
  'subscriptions:read',
  'subscriptions:write',
  'subscriptions:test',
  'secrets:read',
  'deliveries:read',
  'deliveries:retry',
  'payloads:read',
  'replays:write',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What callers may be able to do: capabilities, and what no portal session can. */
export const ABILITIES = [...CAPABILITIES, 'events:publish', 'access:administer'] as const;
export type Ability = (typeof ABILITIES)[number];

/** The permission that a caller with a key needs for the same. */
const NEEDS: Readonly<Record<Ability, Permission>> = {
  'subscriptions:read': 'read',
  'subscriptions:write': 'manage',
  'subscriptions:test': 'manage',
  'secrets:read': 'manage',
  'deliveries:read': 'read',
  'deliveries:retry': 'manage',
  'payloads:read': 'read',
  'replays:write': 'manage',
  'events:publish': 'publish',
  'access:administer': 'administer',
};

/** Everything that a role may do. */
export function abilitiesOf(role: Role): Ability[] {
  return ABILITIES.filter((ability) => may(role, NEEDS[ability]));
}
