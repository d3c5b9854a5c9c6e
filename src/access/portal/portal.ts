import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { type PortalRoute, RouteOption } from '../../shared/http/route-options.js';
import type { Capability } from '../domain/capability.js';
import { CapabilityMissing } from './portal.errors.js';

/** Name of the extension that lists the capabilities that an operation requires of a portal session. */
export const CAPABILITIES_EXTENSION = 'x-capabilities';

/**
 * Lets portal sessions call an operation, and documents what they need. An operation without this decorator refuses
 * them.
 *
 * @param capabilities all of them are needed
 * @param narrowedBy how the operation keeps to the subscriptions that a session is limited to. If it does not, such
 *   sessions are refused
 */
export function Portal(
  capabilities: readonly Capability[],
  narrowedBy?: NonNullable<PortalRoute['narrowedBy']>,
): MethodDecorator {
  const portal: PortalRoute = { capabilities, ...(narrowedBy !== undefined && { narrowedBy }) };
  return applyDecorators(
    ApiExtension(CAPABILITIES_EXTENSION, capabilities),
    RouteOption({ portal }),
    ...(capabilities.length === 0 ? [] : [ApiProblems(new CapabilityMissing(capabilities))]),
  );
}
