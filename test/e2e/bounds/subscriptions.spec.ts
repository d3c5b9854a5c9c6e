import { LIMITS } from '../../../src/shared/limits.js';
import {
  ACCEPTED,
  type Bound,
  BoundedService,
  type Fields,
  fieldsOf,
  type FurtherBound,
  keeps,
  type Kept,
  words,
} from './bounded-service.js';
import type { LimitName, OF_SUBSCRIPTIONS } from './topics.js';

describe('the limits of a subscription, with real PostgreSQL and Redis', () => {
  let service: BoundedService;

  beforeAll(async () => {
    service = await BoundedService.start();
  });

  afterAll(() => service.stop());

  /** Metadata of that many bytes of JSON. */
  const metadata = (bytes: number): Fields => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
  const keepsRetry =
    (name: string): Kept =>
    (stored, size) => [(stored['retry'] as Fields)[name], size];
  /** A text field of a subscription. */
  const text = (name: string, character = 'é'): Bound => ({
    ...ACCEPTED,
    send: (size) => service.subscribe({ [name]: character.repeat(size) }),
    kept: keeps(name, (size) => character.repeat(size)),
    pointer: `/${name}`,
  });
  /** A number in the retry policy, with so few attempts that they end in time. */
  const retry = (name: string, others: Fields = {}): Omit<Bound, 'beyond'> => ({
    ...ACCEPTED,
    send: (size) => service.subscribe({ retry: { max_attempts: 2, ...others, [name]: size } }),
    kept: keepsRetry(name),
    pointer: `/retry/${name}`,
  });
  /** A numeric field of a subscription. */
  const number = (name: string): Bound => ({
    ...ACCEPTED,
    send: (size) => service.subscribe({ [name]: size }),
    kept: keeps(name, (size) => size),
    pointer: `/${name}`,
  });
  const rotated = async (size: number): Promise<string> => {
    const path = `/subscriptions/${String(fieldsOf(await service.subscribe({}))['id'])}/rotate-secret`;
    for (let live = 2; live < size; live += 1) expect((await service.post(path, {})).status).toBe(200);
    return path;
  };

  const SECRET_OF_ROTATION: Bound = {
    accepted: 200,
    refused: 422,
    prepare: () => rotated(0),
    send: (size, path) => service.post(path, { secret: 's'.repeat(size) }),
    pointer: '/secret',
  };
  const url = (size: number): string => 'https://1.1.1.1/'.padEnd(size, 'x');

  const BOUNDS: Readonly<Record<(typeof OF_SUBSCRIPTIONS)[number], Bound>> = {
    eventTypeLength: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ event_type: 't'.repeat(size) }),
      kept: keeps('event_type', (size) => 't'.repeat(size)),
      pointer: '/event_type',
    },
    eventTypes: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ event_type: undefined, event_types: Object.keys(words(size, '')) }),
      kept: keeps('event_types', (size) => Object.keys(words(size, ''))),
      pointer: '/event_types',
    },
    urlLength: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ target_url: url(size) }),
      kept: keeps('target_url', url),
      pointer: '/target_url',
    },
    secretMinLength: { ...text('secret'), beyond: LIMITS.secretMinLength - 1 },
    secretMaxLength: text('secret', '🔑'),
    liveSecrets: {
      accepted: 200,
      refused: 409,
      prepare: rotated,
      send: (_size, path) => service.post(path, {}),
      kept: ({ previous }, size) => [(previous as unknown[]).length, size - 1],
    },
    overlapSeconds: {
      accepted: 200,
      refused: 422,
      prepare: () => rotated(0),
      send: (size, path) => service.post(path, { overlap: size }),
      pointer: '/overlap',
    },
    descriptionLength: text('description', '😀'),
    ownHeaders: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ headers: words(size, 'x') }),
      kept: keeps('headers', (size) => words(size, '[redacted]')),
      pointer: '/headers',
    },
    headerNameLength: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ headers: { ['n'.repeat(size)]: 'x' } }),
      kept: keeps('headers', (size) => ({ ['n'.repeat(size)]: '[redacted]' })),
      pointer: `/headers/${'n'.repeat(LIMITS.headerNameLength + 1)}`,
    },
    headerValueLength: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ headers: { 'X-Team': 'v'.repeat(size) } }),
      kept: keeps('headers', (size) => ({ 'X-Team': 'v'.repeat(size) })),
      pointer: '/headers/X-Team',
    },
    metadataBytes: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ metadata: metadata(size) }),
      kept: keeps('metadata', metadata),
      pointer: '/metadata',
    },
    metadataKeys: {
      ...ACCEPTED,
      send: (size) => service.subscribe({ metadata: words(size, 1) }),
      kept: keeps('metadata', (size) => words(size, 1)),
      pointer: '/metadata',
    },
    attempts: retry('max_attempts', { max_interval: 60 }),
    minIntervalSeconds: { ...retry('initial_interval'), beyond: 0.009 },
    initialIntervalSeconds: retry('initial_interval'),
    maxIntervalSeconds: retry('max_interval'),
    minTimeoutSeconds: { ...number('timeout'), beyond: 0.049 },
    timeoutSeconds: number('timeout'),
    inFlight: number('max_in_flight'),
  };

  const auth = (name: string, others: Fields): Bound => ({
    ...ACCEPTED,
    send: (size) => service.subscribe({ auth: { ...others, [name]: 'v'.repeat(size) } }),
    pointer: `/auth/${name}`,
  });
  /** Fields that share a limit with one in the table above. */
  const FURTHER: readonly FurtherBound[] = [
    ['minIntervalSeconds', 'max_interval', { ...retry('max_interval', { initial_interval: 0.01 }), beyond: 0.009 }],
    ['headerValueLength', 'token', auth('token', { type: 'bearer' })],
    ['headerValueLength', 'username', auth('username', { type: 'basic', password: 'x' })],
    ['headerValueLength', 'password', auth('password', { type: 'basic', username: 'x' })],
    [
      'eventTypeLength',
      'event_types',
      {
        ...ACCEPTED,
        send: (size) => service.subscribe({ event_type: undefined, event_types: ['a', 't'.repeat(size)] }),
        kept: keeps('event_types', (size) => ['a', 't'.repeat(size)]),
        pointer: '/event_types/1',
      },
    ],
    [
      'eventTypeLength',
      'a pattern',
      {
        ...ACCEPTED,
        send: (size) => service.subscribe({ event_type: `${'t'.repeat(size - 2)}.*` }),
        kept: keeps('event_type', (size) => `${'t'.repeat(size - 2)}.*`),
        pointer: '/event_type',
      },
    ],
    ['secretMaxLength', 'the secret of a rotation', SECRET_OF_ROTATION],
    ['secretMinLength', 'the secret of a rotation', { ...SECRET_OF_ROTATION, beyond: LIMITS.secretMinLength - 1 }],
  ];

  it('urlLength: a target counts as it is sent, after escaping', async () => {
    const refused = await service.subscribe({ target_url: `https://1.1.1.1/${'é'.repeat(LIMITS.urlLength / 2)}` });
    expect(refused.body).toMatchObject({ status: 422, errors: [{ pointer: '/target_url' }] });
  });

  it.each(Object.entries(BOUNDS) as [LimitName, Bound][])(
    '%s is accepted at the limit and refused beyond it',
    (name, bound) => service.expectToHold(name, bound),
  );

  it.each(FURTHER)('%s also limits %s', (name, _field, bound) => service.expectToHold(name, bound));
});
