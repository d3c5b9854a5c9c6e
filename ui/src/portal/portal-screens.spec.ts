import { describe, expect, it } from 'vitest';
import { makeRouter } from '../router';
import { ABILITIES_OF_ALL } from '../testing/samples';
import { placesFor, routesFor } from './portal-screens';

/** What customers have no part in. */
const NOT_FOR_CUSTOMERS = /^\/(|publish|live.*|admin)$/;

describe('the screens of the portal', () => {
  it('are those of the dashboard, but for what customers have no part in', () => {
    const dashboard = Object.keys(makeRouter().routesByPath).map((path) => path.replace(/(.)\/$/, '$1'));
    const portal = routesFor(ABILITIES_OF_ALL).map(({ path }) => path);

    expect([...portal].sort()).toEqual([...new Set(dashboard)].filter((path) => !NOT_FOR_CUSTOMERS.test(path)).sort());
  });

  it.each([
    [['subscriptions:read'], ['Subscriptions']],
    [
      ['deliveries:read', 'payloads:read'],
      ['Deliveries', 'Events', 'Verify'],
    ],
    [['payloads:read'], []],
    [
      ['subscriptions:read', 'replays:write'],
      ['Subscriptions', 'Replays'],
    ],
  ] as const)('are offered by what a session allows: %j', (abilities, labels) => {
    expect(placesFor(abilities).map(({ label }) => label)).toEqual(labels);
  });
});
