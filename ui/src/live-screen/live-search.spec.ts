import { describe, expect, it } from 'vitest';
import type { DeliverySearch } from '../deliveries/delivery-search';
import { anAccepted, anAttempted, aChanged } from '../testing/live-samples';
import { matcherOf } from './live-search';

const { subscription_id: subscriptionId, event_id: eventId } = anAttempted().body as {
  subscription_id: string;
  event_id: string;
};

describe('the filter of the live view', () => {
  it.each<[DeliverySearch, matches: boolean]>([
    [{}, true],
    [{ subscription_id: subscriptionId }, true],
    [{ subscription_id: 'sub_other' }, false],
    [{ event_id: eventId }, true],
    [{ event_id: 'evt_other' }, false],
    [{ event_type: 'order.created' }, true],
    [{ event_type: 'order.*' }, true],
    [{ event_type: '*' }, true],
    [{ event_type: 'order' }, false],
    [{ event_type: 'order.created.*' }, false],
    [{ event_type: 'orders.*' }, false],
    [{ status: 'retrying' }, true],
    [{ status: 'failed,retrying' }, true],
    [{ status: 'failed,delivered' }, false],
    [{ status_code: '503' }, true],
    [{ status_code: '5xx' }, true],
    [{ status_code: '500' }, false],
    [{ status_code: '4xx' }, false],
    [{ error_code: 'bad_status' }, true],
    [{ error_code: 'timeout' }, false],
    [{ tag: 'order-1234' }, true],
    [{ tag: 'order-123' }, false],
    [{ target_host: 'HOOKS.example.com' }, true],
    [{ target_host: 'example.com' }, false],
    [{ status: 'retrying', status_code: '5xx', tag: 'order-1234' }, true],
    [{ status: 'retrying', status_code: '5xx', tag: 'order-1' }, false],
  ])('%j, held against an attempt: %s', (search, matches) => {
    expect(matcherOf(search)(anAttempted())).toBe(matches);
  });

  it.each<DeliverySearch>([
    { subscription_id: subscriptionId },
    { status: 'pending' },
    { status_code: '2xx' },
    { error_code: 'timeout' },
    { target_host: 'hooks.example.com' },
  ])('%j leaves out an event, which lacks its field', (search) => {
    expect(matcherOf(search)(anAccepted())).toBe(false);
  });

  it('leaves out a change that did not read the type', () => {
    expect(matcherOf({ event_type: '*' })(aChanged({ event_type: null }))).toBe(false);
  });
});
