import { OPERATIONAL_EVENT_TYPES } from '../../announcements/index.js';
import { readInput } from '../../shared/http/read-input.js';
import { isOperational } from '../domain/event-type-pattern.js';
import { SubscriptionPatch } from './subscription-input.js';

const faultsOf = (given: object): unknown => readInput(given, SubscriptionPatch).faults;

describe('the event types of a subscription', () => {
  it('may be those of operational events, and patterns that match one of them', () => {
    expect(OPERATIONAL_EVENT_TYPES.every(isOperational)).toBe(true);
    const patterns = ['webhooks.*', 'webhooks.delivery.*', 'webhooks.subscription.*', ...OPERATIONAL_EVENT_TYPES];

    expect(faultsOf({ event_types: [...patterns, '*', 'webhooks', 'webhook.test'] })).toEqual([]);
  });

  it.each(['webhooks.delivery', 'webhooks.delivery.failled', 'webhooks.order.*', 'webhooks.delivery.failed.*'])(
    'may not be %s, which no event has or will have',
    (pattern) => {
      const detail = `must not be "${pattern}": only the service publishes types that begin with "webhooks.", and it publishes ${OPERATIONAL_EVENT_TYPES.join(', ')}`;

      expect(faultsOf({ event_types: ['order.*', pattern] })).toEqual([{ pointer: '/event_types/1', detail }]);
      expect(faultsOf({ event_type: pattern })).toEqual([{ pointer: '/event_type', detail }]);
    },
  );
});
