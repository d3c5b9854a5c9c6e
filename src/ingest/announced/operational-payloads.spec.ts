import type { Announcement } from '../../announcements/index.js';
import { type DeliveryHistory, DeliveryNotFound } from '../../delivery/index.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { newEventUuid, newUuid } from '../../shared/ids/uuid.js';
import { SubscriptionNotFound, type SubscriptionsService } from '../../subscriptions/index.js';
import { OperationalPayloads } from './operational-payloads.js';

const NOW = Date.UTC(2026, 10, 3, 14, 5, 10);
const ENVELOPE = { eventId: newEventUuid(NOW), occurredAt: new Date(NOW), nowMs: NOW };
const SUBSCRIPTION_ID = newUuid(NOW);
const HEALTH = { subscriptionId: SUBSCRIPTION_ID, failingSinceMs: NOW, consecutiveFailures: 20 };
const FAILED = { tenantId: 't', type: 'webhooks.delivery.failed', data: { deliveryId: newUuid(NOW) } } as const;
const FAILING = {
  tenantId: 't',
  type: 'webhooks.subscription.failing',
  data: { ...HEALTH, stage: 'started', disablesAtMs: null, lastStatusCode: null, lastError: null },
} as const;
const RECOVERED = { tenantId: 't', type: 'webhooks.subscription.recovered', data: HEALTH } as const;
const DISABLED = {
  tenantId: 't',
  type: 'webhooks.subscription.disabled',
  data: { ...HEALTH, reason: 'gone' },
} as const;

describe('an announcement', () => {
  let eventTypes: string[] | null;
  let failedType: string | null;
  let payloads: OperationalPayloads;

  beforeEach(() => {
    eventTypes = ['order.*', 'webhooks.*'];
    failedType = 'order.created';
    const deliveries: Pick<DeliveryHistory, 'get'> = {
      get: () => {
        if (failedType === null) return Promise.reject(new DeliveryNotFound('dlv_1'));
        return Promise.resolve({
          id: 'dlv_1',
          event_type: failedType,
          subscription_id: toPublicId('sub', SUBSCRIPTION_ID),
          target_url: 'https://user.example.com:8443/secret-path',
        } as Awaited<ReturnType<DeliveryHistory['get']>>);
      },
    };
    const subscriptions: Pick<SubscriptionsService, 'get'> = {
      get: () => {
        if (eventTypes === null) return Promise.reject(new SubscriptionNotFound('sub_1'));
        return Promise.resolve({
          description: 'Billing',
          event_types: eventTypes,
          target_url: 'https://user.example.com:8443/secret-path',
        } as Awaited<ReturnType<SubscriptionsService['get']>>);
      },
    };
    payloads = new OperationalPayloads(deliveries as DeliveryHistory, subscriptions as SubscriptionsService);
  });

  const make = (announcement: Announcement, omitted = 0) => payloads.make(ENVELOPE, announcement, omitted);

  it.each([FAILED, FAILING, RECOVERED, DISABLED])('of $type names the subscription, but not its whole URL', async (announced) => {
    const made = await make(announced, 3);

    expect(made).toMatchObject({
      type: announced.type,
      data: { subscription_description: 'Billing', target_host: 'user.example.com' },
    });
    expect(JSON.stringify(made)).not.toContain('secret-path');
  }); // prettier-ignore

  it('of a failure says for how many others it stands, and outlives its subscription', async () => {
    expect(await make(FAILED, 3)).toMatchObject({ data: { omitted: 3 } });
    eventTypes = null;
    expect(await make(FAILED)).toMatchObject({
      data: { subscription_description: null, target_host: 'user.example.com' },
    });
  });

  it('of a failed operational event, or of a delivery that is gone, leads to no event', async () => {
    failedType = 'webhooks.subscription.failing';
    expect(await make(FAILED)).toBeNull();
    failedType = null;
    expect(await make(FAILED)).toBeNull();
  });

  it('about a subscription that gets nothing but operational events leads to one only if it is disabled', async () => {
    eventTypes = ['webhooks.*', 'webhooks.delivery.failed'];

    expect([await make(FAILING), await make(RECOVERED)]).toEqual([null, null]);
    expect(await make(DISABLED)).not.toBeNull();
  });

  it.each([FAILING, RECOVERED, DISABLED])('of $type leads to none when the subscription is deleted', async (announced) => {
    eventTypes = null;
    expect(await make(announced)).toBeNull();
  }); // prettier-ignore

  it('passes on errors, so that it is tried again', async () => {
    const failure = new Error('PostgreSQL is away.');
    const broken = { get: () => Promise.reject(failure) };
    const own = new OperationalPayloads(
      broken as unknown as DeliveryHistory,
      broken as unknown as SubscriptionsService,
    );

    await expect(own.make(ENVELOPE, FAILED, 0)).rejects.toBe(failure);
    await expect(own.make(ENVELOPE, DISABLED, 0)).rejects.toBe(failure);
  });
});
