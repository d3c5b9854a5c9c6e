import type { InvalidInput } from '../../shared/errors/domain-error.js';
import { firstUuidAt, lastUuidOf, newEventUuid, newUuid } from '../../shared/ids/uuid.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { finishedFilter, missingFilter, type ReplayFields } from './replay-filter.js';

const BEFORE = new Date('2026-01-31T12:00:00.000Z');
const subscriptionId = newUuid(BEFORE.getTime());
const missing = (fields: ReplayFields, wanted: string[]) =>
  missingFilter(fields, { subscriptionId, wanted, before: BEFORE });

describe('the filter of a replay', () => {
  it('takes the filters of a search, and only the latest of what had finished before', () => {
    const fields: ReplayFields = {
      subscription_id: toPublicId('sub', subscriptionId),
      statuses: ['failed', 'cancelled'],
      event_type: 'order.*',
      since: '2026-01-31T11:00:00Z',
    };
    expect(finishedFilter(fields, BEFORE)).toMatchObject({
      subscriptionIds: [subscriptionId],
      statuses: ['failed', 'cancelled'],
      eventTypes: { from: 'order.', before: 'order/' },
      range: { from: firstUuidAt(BEFORE.getTime() - 3_600_000) },
      finishedBefore: BEFORE,
      isLatest: true,
    });
  });

  it('names the place in the body where filters contradict each other', () => {
    const faultsOf = (fields: ReplayFields): unknown => {
      try {
        return finishedFilter(fields, BEFORE);
      } catch (error) {
        return (error as InvalidInput).details.faults?.map(({ pointer }) => pointer);
      }
    };
    expect(faultsOf({ since: '2026-01-31', until: '2026-01-30' })).toEqual(['/until']);
    expect(faultsOf({ statuses: ['failed'], status_code: '200' })).toEqual(['/status_code']);
    expect(faultsOf({ statuses: ['delivered'], error_code: 'timeout' })).toEqual(['/error_code']);
  });

  it('for what is missing ends with the time of the replay, and may begin with the only type that is wanted', () => {
    const end = firstUuidAt(BEFORE.getTime());
    expect(missing({}, ['order.*'])).toMatchObject({
      eventTypes: { from: 'order.', before: 'order/' },
      range: { to: end },
      missingFor: { subscriptionId, eventTypes: [{ from: 'order.', before: 'order/' }] },
    });
    expect(missing({}, ['order.paid', 'user.*']).eventTypes).toBeUndefined();
    expect(missing({ event_type: 'order.paid' }, ['order.*']).eventTypes).toEqual({ only: 'order.paid' });
  });

  it('for what is missing has operational types only if they are asked for by name', () => {
    const isMissing = (type: string, wanted: string[]) =>
      missing({}, wanted).missingFor?.eventTypes.some((types) =>
        'only' in types ? types.only === type : type >= types.from && type < types.before,
      );
    const operational = 'webhooks.delivery.failed';
    const others = ['-', 'Z', '_', 'order.paid', 'webhook.a', 'webhooks', 'webhooks-a', 'webhooks0', 'zzz'];
    expect(isMissing(operational, ['order.paid', '*'])).toBe(false);
    expect(isMissing(operational, ['*', 'webhooks.*'])).toBe(true);
    expect(others.filter((type) => !isMissing(type, ['*']))).toEqual([]);
  });

  it('for what is missing of one event has only that event', () => {
    const eventId = newEventUuid(BEFORE.getTime() - 1000);
    const { range, isOneEvent } = missing({ event_id: toPublicId('evt', eventId) }, ['*']);
    expect(isOneEvent).toBe(true);
    expect(range.from).toBe(eventId);
    expect(range.to > lastUuidOf(eventId)).toBe(true);
  });
});
