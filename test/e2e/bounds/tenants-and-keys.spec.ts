import { LIMITS } from '../../../src/shared/limits.js';
import type { ApiResponse } from '../../support/api-client.js';
import {
  ACCEPTED,
  type Bound,
  BoundedService,
  type Fields,
  fieldsOf,
  type FurtherBound,
  keeps,
  type Kept,
} from './bounded-service.js';
import type { LimitName, OF_TENANTS } from './topics.js';

describe('the limits of tenants and keys, with real PostgreSQL and Redis', () => {
  let service: BoundedService;
  let serial = 0;

  beforeAll(async () => {
    service = await BoundedService.start();
  });

  afterAll(() => service.stop());

  const unique = (): string => `n${(serial += 1)}`;
  const tenant = (fields: Fields): Promise<ApiResponse> => service.post('/tenants', { id: unique(), ...fields });
  const portal = (fields: Fields): Promise<ApiResponse> =>
    service.post('/portal-sessions', {
      tenant_id: 'default',
      capabilities: ['deliveries:read'],
      return_url: 'https://app.example.com/',
      ...fields,
    });
  const origins = (count: number): string[] => Array.from({ length: count }, (_, n) => `https://a${n}.example.com`);
  const keepsLimit =
    (name: string): Kept =>
    (stored, size) => [(stored['limits'] as Fields)[name], size];
  const BOUNDS: Readonly<Record<(typeof OF_TENANTS)[number], Bound>> = {
    tenantIdLength: {
      ...ACCEPTED,
      send: (size) => tenant({ id: 't'.repeat(size) }),
      kept: keeps('id', (size) => 't'.repeat(size)),
      pointer: '/id',
    },
    nameLength: {
      ...ACCEPTED,
      send: (size) => tenant({ name: 'é'.repeat(size) }),
      kept: keeps('name', (size) => 'é'.repeat(size)),
      pointer: '/name',
    },
    eventsPerSecond: {
      ...ACCEPTED,
      send: (size) => tenant({ limits: { events_per_second: size } }),
      kept: keepsLimit('events_per_second'),
      pointer: '/limits/events_per_second',
    },
    subscriptions: {
      ...ACCEPTED,
      send: (size) => tenant({ limits: { subscriptions: size } }),
      kept: keepsLimit('subscriptions'),
      pointer: '/limits/subscriptions',
    },
    frameAncestors: {
      ...ACCEPTED,
      send: (size) => tenant({ frame_ancestors: origins(size) }),
      kept: keeps('frame_ancestors', origins),
      pointer: '/frame_ancestors',
    },
    portalSessionSeconds: {
      ...ACCEPTED,
      send: (size) => portal({ expires_in: size }),
      pointer: '/expires_in',
    },
    actorLength: {
      ...ACCEPTED,
      send: (size) => portal({ actor: 'é'.repeat(size) }),
      pointer: '/actor',
    },
  };

  const aKey = async (fields: Fields = {}): Promise<ApiResponse> =>
    service.post('/keys', { role: 'reader', tenant_id: 'default', ...fields });
  /** Fields that share a limit with one in the table above. */
  const FURTHER: readonly FurtherBound[] = [
    [
      'nameLength',
      'the name of a key',
      {
        ...ACCEPTED,
        send: (size) => aKey({ name: 'é'.repeat(size) }),
        kept: keeps('name', (size) => 'é'.repeat(size)),
        pointer: '/name',
      },
    ],
    [
      'tenantIdLength',
      'the tenant of a key',
      {
        ...ACCEPTED,
        prepare: async (size) => {
          const id = 'k'.repeat(size);
          if (size <= LIMITS.tenantIdLength) expect((await tenant({ id })).status).toBe(201);
          return id;
        },
        send: (_size, id) => aKey({ tenant_id: id }),
        pointer: '/tenant_id',
      },
    ],
    [
      'overlapSeconds',
      'the overlap of keys',
      {
        ...ACCEPTED,
        prepare: async () => `/keys/${String(fieldsOf(await aKey())['id'])}/rotate`,
        send: (size, path) => service.post(path, { overlap: size }),
        pointer: '/overlap',
      },
    ],
    [
      'eventsPerSecond',
      'burst',
      {
        ...ACCEPTED,
        send: (size) => tenant({ limits: { burst: size, events_per_second: 1 } }),
        kept: keepsLimit('burst'),
        pointer: '/limits/burst',
      },
    ],
  ];

  it.each(Object.entries(BOUNDS) as [LimitName, Bound][])(
    '%s is accepted at the limit and refused beyond it',
    (name, bound) => service.expectToHold(name, bound),
  );

  it.each(FURTHER)('%s also limits %s', (name, _field, bound) => service.expectToHold(name, bound));
});
