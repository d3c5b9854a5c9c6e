import { toPublicId } from '../../shared/ids/public-id.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import type { PortalRoute } from '../../shared/http/route-options.js';
import type { Capability } from '../domain/capability.js';
import { BeyondSubscriptions, CapabilityMissing, NotForPortals } from './portal.errors.js';
import { refuseBeyondGrant, withoutBodies } from './portal-gate.js';

const OWN = newUuid(Date.now());
const OTHER = newUuid(Date.now());

class Missing extends DomainError {
  constructor(id: string) {
    super('missing', 'not_found', id);
  }
}

describe('the gate for portal sessions', () => {
  /** Asks with some capabilities for a route, as a session for one subscription unless it is for all. */
  const ask = (
    capabilities: Capability[],
    portal: PortalRoute | undefined,
    { id = toPublicId('sub', OWN), isForAll = false } = {},
  ): void => {
    const grant = { capabilities: new Set(capabilities), subscriptionIds: isForAll ? null : [OWN] };
    refuseBeyondGrant(grant, portal === undefined ? {} : { portal }, { params: { id } });
  };
  const ofPath = { parameter: 'id', notFound: (id: string) => new Missing(id) };

  it('refuses a route that says nothing about portals, whatever the session may do', () => {
    expect(() => { ask(['deliveries:read'], undefined, { isForAll: true }); }).toThrow(NotForPortals); // prettier-ignore
  });

  it('asks for every capability that the route names, and says which is missing', () => {
    const route: PortalRoute = { capabilities: ['subscriptions:write', 'secrets:read'], narrowedBy: 'handler' };

    expect(() => { ask(['subscriptions:write'], route); }).toThrow(CapabilityMissing); // prettier-ignore
    expect(() => { ask(['subscriptions:write'], route); }).toThrow('lacks secrets:read'); // prettier-ignore
    expect(() => { ask(['secrets:read', 'subscriptions:write'], route); }).not.toThrow(); // prettier-ignore
  });

  it('refuses a session for some subscriptions where a route does not say how it keeps to them', () => {
    const route: PortalRoute = { capabilities: ['subscriptions:write'] };

    expect(() => { ask(['subscriptions:write'], route); }).toThrow(BeyondSubscriptions); // prettier-ignore
    expect(() => { ask(['subscriptions:write'], route, { isForAll: true }); }).not.toThrow(); // prettier-ignore
    expect(() => { ask([], { capabilities: [] }); }).not.toThrow(); // prettier-ignore
  });

  it('lets other subscriptions not exist, and leaves it to the route to refuse what is no id', () => {
    const route: PortalRoute = { capabilities: [], narrowedBy: ofPath };

    expect(() => { ask([], route); }).not.toThrow(); // prettier-ignore
    expect(() => { ask([], route, { id: toPublicId('sub', OTHER) }); }).toThrow(Missing); // prettier-ignore
    expect(() => { ask([], route, { id: toPublicId('sub', OTHER), isForAll: true }); }).not.toThrow(); // prettier-ignore
    expect(() => { ask([], route, { id: '42' }); }).not.toThrow(); // prettier-ignore
  });

  it('empties the bodies of responses at any depth, and nothing else', () => {
    const attempt = { number: 1, response_body: 'secret', error: null, response_headers: { a: 'b' } };

    expect(withoutBodies({ attempts: [attempt, attempt], attempt, at: 'now' })).toEqual({
      attempts: [
        { ...attempt, response_body: '' },
        { ...attempt, response_body: '' },
      ],
      attempt: { ...attempt, response_body: '' },
      at: 'now',
    });
  });
});
