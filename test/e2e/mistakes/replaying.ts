import { json, type Mistake } from './mistake.js';

/** A replay that is not accepted, with what it says. */
function replay(title: string, body: object, says: string, names?: readonly string[]): Mistake {
  return { title, request: 'POST /replays', ...json(body), answer: '422 invalid_input', says, ...(names && { names }) };
}

/** Mistakes with replays. */
export const REPLAYING: readonly Mistake[] = [
  replay(
    'a replay of what is not finished',
    { statuses: ['failed', 'retrying'] },
    '/statuses/1 must be one of delivered, failed, cancelled: only finished deliveries can be sent again',
  ),
  replay(
    'a replay of statuses as in the search',
    { statuses: 'failed,cancelled' },
    '/statuses must be a list of delivered, failed, cancelled, each at most once and at least one of them',
  ),
  replay(
    'a replay to the id of a delivery',
    { subscription_id: '{done}' },
    '/subscription_id must be the id of a subscription (sub_ followed by 26 characters)',
  ),
  replay(
    'a replay that ends before it begins',
    { since: '2026-01-31T12:00:00Z', until: '2026-01-31T11:00:00Z' },
    '/until must be later than since',
  ),
  replay(
    'a replay of failures that succeeded',
    { status_code: '2xx' },
    '/status_code contradicts status=failed, so nothing could match; omit one of them',
  ),
  replay(
    'a replay of what is missing without saying to whom and since when',
    { kind: 'missing', tag: 'order-42' },
    '/subscription_id must be given for the kind missing; /since must be given for the kind missing',
  ),
  replay(
    'a replay of a delivery that waits',
    { delivery_ids: ['{done}', '{dlv}'] },
    '/delivery_ids/1 is not finished; remove it, wait until it is, or cancel it',
  ),
  replay('a replay that is too fast', { rate: 2000 }, '/rate must be at most 1000 (MAX_REPLAY_RATE)'),
  {
    title: 'a replay to a disabled subscription',
    request: 'POST /replays',
    ...json({ subscription_id: '{off}' }),
    answer: '409 subscription_disabled',
    says:
      'The subscription {off} is disabled because its receiver answered 410. Set its state to "active" with ' +
      'PATCH /subscriptions/{off} first.',
  },
  {
    title: 'the replay of a delivery, looked for by its id',
    request: 'GET /replays/{done}',
    answer: '400 malformed_id',
    says: '"{done}" is not the id of a replay (rpl_ followed by 26 characters).',
  },
];
