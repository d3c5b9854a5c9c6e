import { unknownOutcome, unwantedType, type WhyUnknown } from './test-warnings.js';

describe('a test whose outcome is unknown', () => {
  it.each<[WhyUnknown, string, RegExp]>([
    ['paused', 'subscription_paused', /^names a paused subscription.*PATCH {"state":"active"}/],
    ['in_flight', 'attempt_unfinished', /not recorded within 19 s; read status_url later/],
    ['parked', 'lane_full', /kept its lane busy for 19 s.*POST \/subscriptions\/sub_1\/check$/],
    ['untaken', 'no_worker', /no worker took the event within 19 s; check that a worker runs/],
    ['cancelled', 'delivery_cancelled', /was cancelled before its first attempt; test again$/],
    ['crowded', 'not_waited', /^was tested, but too many other tests are waiting.*read status_url later$/],
    [
      'shutting_down',
      'not_waited',
      /^was tested, but this process is shutting down and cannot wait; read status_url later$/,
    ],
    ['unread', 'not_waited', /could not be read from PostgreSQL for 19 s; read status_url later$/],
  ])('says why, and what to do: %s', (why, code, says) => {
    expect(unknownOutcome(why, 'sub_1', 19_000)).toEqual({
      code,
      pointer: 'id',
      detail: expect.stringMatching(says) as string,
    });
  });
});

describe('a test with a type that the subscription does not want', () => {
  it('says which types it wants', () => {
    expect(unwantedType('order.paid', ['user.*', 'order.created'])).toEqual({
      code: 'type_not_wanted',
      pointer: '/event_type',
      detail:
        'is order.paid, which only tests send to this subscription, because it wants user.*, order.created; add it to event_types to get such events',
    });
  });
});
