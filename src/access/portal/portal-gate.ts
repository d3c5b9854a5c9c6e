import type { FastifyRequest, RouteOptions as FastifyRoute } from 'fastify';
import type { RouteOptions } from '../../shared/http/route-options.js';
import { idPattern, parsePublicId } from '../../shared/ids/public-id.js';
import type { Capability } from '../domain/capability.js';
import type { PortalGrant } from '../domain/portal-grant.js';
import { BeyondSubscriptions, CapabilityMissing, NotForPortals } from './portal.errors.js';
import { isWithin } from './within.js';

const SUBSCRIPTION_ID = idPattern(['sub']);

/**
 * Refuses what a portal session may not do: operations that are not for portals, those for which it lacks a capability,
 * and those on other subscriptions than its own.
 *
 * @throws NotForPortals; CapabilityMissing; BeyondSubscriptions; what the route names for a missing subscription
 */
export function refuseBeyondGrant(
  { capabilities, subscriptionIds }: PortalGrant,
  { portal }: RouteOptions,
  { params }: Pick<FastifyRequest, 'params'>,
): void {
  if (portal === undefined) throw new NotForPortals();
  const missing = (portal.capabilities as readonly Capability[]).filter((each) => !capabilities.has(each));
  if (missing.length > 0) throw new CapabilityMissing(missing);
  if (subscriptionIds === null || portal.narrowedBy === 'handler') return;
  if (portal.narrowedBy === undefined) {
    if (portal.capabilities.length > 0) throw new BeyondSubscriptions();
    return;
  }
  const { parameter, notFound } = portal.narrowedBy;
  const id = (params as Readonly<Record<string, string>>)[parameter] ?? '';
  // What is no id of a subscription is refused with a better reason later.
  const isForeign = SUBSCRIPTION_ID.test(id) && !isWithin(subscriptionIds, parsePublicId(id, 'sub').uuid);
  if (isForeign) throw notFound(id);
}

/** Makes a route that portals may call leave out receivers' answers where the session may not read payloads. */
export function hideBodiesOf(route: FastifyRoute): void {
  const options: RouteOptions | undefined = route.config;
  if (options?.portal === undefined) return;
  route.preSerialization = (request: FastifyRequest, _reply, answer, done): void => {
    const grant = request.identity?.grant;
    done(null, grant === undefined || grant.capabilities.has('payloads:read') ? answer : withoutBodies(answer));
  };
}

/** A copy of an answer in which every `response_body` is empty. */
export function withoutBodies(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutBodies);
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, name === 'response_body' ? '' : withoutBodies(value)]),
  );
}
