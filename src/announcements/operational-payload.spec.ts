import { assertMatchesWebhook } from '../../test/support/openapi-validator.js';
import { OPERATIONAL_EVENT_TYPES } from './domain/announcement.js';
import { examplePayload } from './example-payload.js';
import { deliveryFailed, replayFinished, subscriptionDisabled, subscriptionFailing } from './operational-payload.js';
import { newEventUuid, newUuid } from '../shared/ids/uuid.js';

const NOW = Date.UTC(2026, 10, 3, 14, 5, 10);
const ENVELOPE = { eventId: newEventUuid(NOW), occurredAt: new Date(NOW), nowMs: NOW };
const NAMELESS = { id: 'sub_1', description: null, targetHost: '127.0.0.1' };

describe('the payload of an operational event', () => {
  it.each(OPERATIONAL_EVENT_TYPES)('%s has its type and its schema', (type) => {
    const payload = examplePayload(type)!;

    expect(payload.type).toBe(type);
    assertMatchesWebhook(type, JSON.parse(JSON.stringify(payload)));
  });

  it('has its schema also where nothing is known', () => {
    const nothing = { failingSinceMs: null, consecutiveFailures: null };
    const subscriptionId = newUuid(NOW);
    const unknown = {
      stage: 'started' as const,
      failingSinceMs: NOW,
      consecutiveFailures: 0,
      disablesAtMs: null,
      lastStatusCode: null,
      lastError: null,
    };
    const delivery = {
      id: 'dlv_1',
      event_id: 'evt_1',
      event_type: 'a',
      attempt_count: 5,
      last_status_code: null,
      last_error: { code: 'abandoned', message: null },
      finished_at: null,
      summary: '',
    };

    for (const payload of [
      deliveryFailed(ENVELOPE, delivery, NAMELESS, 99_999),
      subscriptionFailing(ENVELOPE, { subscriptionId, ...unknown }, NAMELESS),
      subscriptionDisabled(ENVELOPE, { subscriptionId, reason: 'new', ...nothing }, NAMELESS),
    ]) {
      assertMatchesWebhook(payload.type, JSON.parse(JSON.stringify(payload)));
    }
  });

  it('is refused by its schema when a field is missing, unknown or of another type', () => {
    const payload = examplePayload('webhooks.delivery.failed')!;

    expect(() => {
      assertMatchesWebhook('webhooks.delivery.failed', { ...payload, extra: 1 });
    }).toThrow('extra');
    expect(() => {
      assertMatchesWebhook('webhooks.delivery.failed', { ...payload, data: { ...payload.data, omitted: '3' } });
    }).toThrow('omitted');
    expect(() => {
      assertMatchesWebhook('webhooks.replay.finished', payload);
    }).toThrow('type');
  });

  it('links to what it is about', () => {
    const times = { startedAtMs: NOW, finishedAtMs: NOW };
    const counts = { matched: 1, sent: 1, delivered: 1, failed: 0 };
    expect(replayFinished(ENVELOPE, { replayId: 'rpl_1', outcome: 'completed', ...counts, ...times })).toMatchObject({
      timestamp: '2026-11-03T14:05:10.000Z',
      data: { replay_id: 'rpl_1', replay_url: '/replays/rpl_1' },
    });
  });

  it('tells all counts of a replay, and has its schema without those that former versions do not tell', () => {
    const replay = { replayId: 'rpl_1', outcome: 'completed', startedAtMs: NOW, finishedAtMs: NOW } as const;
    const counts = { matched: 6, sent: 5, delivered: 1, failed: 1 };
    const told = replayFinished(ENVELOPE, { ...replay, ...counts, cancelled: 3, skipped: 1 });
    expect(told.data).toMatchObject({ ...counts, cancelled: 3, skipped: 1 });
    const former = replayFinished(ENVELOPE, { ...replay, ...counts });
    assertMatchesWebhook('webhooks.replay.finished', JSON.parse(JSON.stringify(former)));
  });
});
