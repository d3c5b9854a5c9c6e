import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setUpClient } from '../api/client';
import { fakeApi, problem } from '../testing/fake-api';
import { aDelivery, aDeliveryWithAttempts } from '../testing/samples';
import { curlOfDelivery, headersOf } from './delivery-curl';

setUpClient();

describe('a delivery as a curl command', () => {
  const delivery = aDeliveryWithAttempts();
  const secret = `GET /subscriptions/${delivery.subscription_id}/secret`;
  const routes = {
    [`GET /deliveries/${delivery.id}`]: { body: delivery },
    [`GET /events/${delivery.event_id}`]: { body: { content_type: 'application/json' } },
    [`GET /events/${delivery.event_id}/payload`]: { body: { order: 42 } },
  };

  beforeEach(() => {
    vi.stubGlobal('isSecureContext', true);
  });

  it('is signed with the present time, for the same message', async () => {
    fakeApi({ ...routes, [secret]: { body: { secret: 'a plain secret', signature_scheme: 'v1', previous: [] } } });

    const { command, caution } = await curlOfDelivery(new QueryClient(), delivery.id);

    expect(caution).toBeNull();
    expect(command).toMatch(/^curl -i 'https:\/\/hooks\.example\.com\/in'/);
    expect(command).toContain(`-H 'webhook-id: ${delivery.webhook_id}'`);
    expect(command).toMatch(/-H 'webhook-signature: v1,[A-Za-z0-9+/]{43}='/);
    expect(command).not.toContain('v1,old');
    expect(command).not.toContain('1769860800');
    expect(command).toMatch(/--data-raw '\{"order":42\}'$/);
    expect(command).not.toMatch(/-H 'host/);
  });

  it('says that its signature is old if the secret may not be read', async () => {
    fakeApi({ ...routes, [secret]: { status: 403, body: problem(403, 'Your key has the role reader.') } });

    const { command, caution } = await curlOfDelivery(new QueryClient(), delivery.id);

    expect(caution).toMatch(/old signature/);
    expect(command).toContain('v1,old');
  });

  it('has the headers that an attempt would have if none was recorded', () => {
    const names = headersOf({ ...aDelivery(), summary: '', attempts: [] }, 'text/plain').map(([name]) => name);

    expect(names).toEqual(['content-type', 'webhook-id', 'x-event-type', 'x-webhook-delivery', 'x-webhook-attempt']);
  });
});
