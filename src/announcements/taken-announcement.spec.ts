import { newUuid } from '../shared/ids/uuid.js';
import { OPERATIONAL_EVENT_TYPES, type Announcement } from './domain/announcement.js';
import { readAnnouncement } from './taken-announcement.js';

const ID = newUuid(0);
const AT = 1_767_225_600_000;
const HEALTH = { subscriptionId: ID, failingSinceMs: AT, consecutiveFailures: 20 };
const COUNTS = { matched: 3, sent: 3, delivered: 2, failed: 1, cancelled: 0, skipped: 0 };

const ANNOUNCED: readonly Omit<Announcement, 'tenantId'>[] = [
  { type: 'webhooks.delivery.failed', data: { deliveryId: ID } },
  {
    type: 'webhooks.subscription.failing',
    data: {
      ...HEALTH,
      stage: 'started',
      disablesAtMs: null,
      lastStatusCode: 500,
      lastError: { code: 'bad_status', message: null },
    },
  },
  { type: 'webhooks.subscription.disabled', data: { ...HEALTH, reason: 'gone' } },
  { type: 'webhooks.subscription.recovered', data: HEALTH },
  {
    type: 'webhooks.replay.finished',
    data: { replayId: 'rpl_1', outcome: 'completed', ...COUNTS, startedAtMs: AT, finishedAtMs: AT },
  },
];

const rowOf = ({ type, data }: { type: string; data: unknown }) => ({
  id: 'a',
  tenant_id: 'acme',
  event_type: type,
  data: JSON.parse(JSON.stringify(data)) as unknown,
  omitted: 0,
  occurred_at: new Date(AT),
});

describe('a stored announcement', () => {
  it.each(ANNOUNCED)('of $type is read as it was announced', ({ type, data }) => {
    expect(readAnnouncement(rowOf({ type, data }))).toEqual({
      id: 'a',
      occurredAt: new Date(AT),
      omitted: 0,
      content: { tenantId: 'acme', type, data },
    });
  });

  it('of a replay is read without the counts that former versions did not write', () => {
    const data = { replayId: 'rpl_1', outcome: 'completed', startedAtMs: AT, finishedAtMs: AT } as const;
    const counts = { matched: 3, sent: 3, delivered: 2, failed: 1 };
    const { content } = readAnnouncement(rowOf({ type: 'webhooks.replay.finished', data: { ...data, ...counts } }));
    expect(content?.data).toEqual({ ...data, ...counts });
  });

  it('of each type is among these', () => {
    expect(ANNOUNCED.map(({ type }) => type)).toEqual(OPERATIONAL_EVENT_TYPES);
  });

  it.each([
    ['type', { type: 'webhooks.of.tomorrow', data: {} }],
    ['id', { type: 'webhooks.delivery.failed', data: { deliveryId: 7 } }],
    ['value', { type: 'webhooks.subscription.failing', data: { ...HEALTH, stage: 'of_tomorrow' } }],
  ])('with a %s that this version does not know has no content', (_, stored) => {
    expect(readAnnouncement(rowOf(stored)).content).toBeNull();
  });
});
