import { type PageQuery } from '../shared/http/page.js';
import { newEventUuid, newUuid, type Uuid } from '../shared/ids/uuid.js';
import { toPublicId } from '../shared/ids/public-id.js';
import { SystemClock } from '../shared/time/clock.js';
import type { EventExplanationAnswer } from './dto/explain-answers.js';
import { ExplainService } from './explain.service.js';

const EVENT_ID = newEventUuid(Date.now());

/** Explains an event of a tenant with so many subscriptions, of which those in `reached` got a delivery. */
function aService(
  ids: readonly Uuid[],
  reached: ReadonlySet<Uuid>,
  deliveryCount = reached.size,
): { service: ExplainService; statements: number[] } {
  const statements: number[] = [];
  const events = {
    getSummary: () => Promise.resolve({ id: EVENT_ID, eventType: 'order.created', contentType: '', payloadBytes: 0 }),
    getAddressing: () => Promise.resolve({ addressing: 'all', deliveryCount }),
  };
  const deliveries = {
    list: () => Promise.resolve([]),
    reached: (_tenantId: string, _eventId: Uuid, asked: readonly Uuid[]) =>
      Promise.resolve(new Set(asked.filter((id) => reached.has(id)))),
  };
  const subscriptions = {
    explain: (_tenantId: string, _event: object, { after, limit }: { after: Uuid | null; limit: number }) => {
      statements.push(limit);
      const found = ids.filter((id) => after === null || id > after).slice(0, limit);
      const explained = found.map((id) => ({ id, code: 'type_not_subscribed', detail: 'It wanted only user.*.' }));
      return Promise.resolve({ subscriptions: explained, last: found.length < limit ? null : (found.at(-1) ?? null) });
    },
  };
  const service = new ExplainService(events as never, deliveries as never, subscriptions as never, new SystemClock());
  return { service, statements };
}

describe('the explanation of an event', () => {
  it('looks at a bounded number of subscriptions for a page, and still reaches the last one', async () => {
    const ids = Array.from({ length: 4500 }, () => newUuid(Date.now())).sort();
    const { service, statements } = aService(ids, new Set(ids.slice(0, -1)));
    const pages: EventExplanationAnswer[] = [];
    let query: PageQuery = { limit: 50 };
    for (;;) {
      const page = await service.explain('default', EVENT_ID, query);
      pages.push(page);
      expect(statements.reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(2000 * pages.length);
      if (page.next_cursor === null) break;
      query = { limit: 50, cursor: page.next_cursor };
    }

    expect(pages.map(({ data, has_more }) => [data.length, has_more])).toEqual([
      [0, true],
      [0, true],
      [1, false],
    ]);
    expect(pages[2]!.data[0]!.subscription_id).toBe(toPublicId('sub', ids[4499]!));
  });

  it('gives no reason for a subscription to which a replay has sent an event that reached nobody', async () => {
    const [missed = '', replayed = ''] = [newUuid(Date.now()), newUuid(Date.now())].sort();
    const { service } = aService([missed, replayed], new Set([replayed]), 0);
    const page = await service.explain('default', EVENT_ID, { limit: 50 });
    const data = [{ subscription_id: toPublicId('sub', missed), reason: 'type_not_subscribed' }];
    expect(page).toMatchObject({ deliveries: 0, has_more: false, data });
    expect(page.data).toHaveLength(1);
  });

  it('names the subscription of an event for one only to those who may see it', async () => {
    const [target = '', replayedTo = ''] = [newUuid(Date.now()), newUuid(Date.now())].sort();
    const delivered = {
      id: newUuid(Date.now()),
      delivery: { subscription_id: toPublicId('sub', target) },
      summary: '',
    };
    const events = {
      getSummary: () => Promise.resolve({ id: EVENT_ID, eventType: 'order.created', contentType: '', payloadBytes: 0 }),
      getAddressing: () => Promise.resolve({ addressing: 'one', deliveryCount: 1 }),
    };
    const deliveries = {
      list: (_tenantId: string, { within }: { within: readonly Uuid[] | null }) =>
        Promise.resolve(within === null ? [delivered] : []),
      countTo: () => Promise.resolve(1),
    };
    const asked: unknown[] = [];
    const subscriptions = {
      explain: (_tenantId: string, { addressedTo }: { addressedTo: string | null }) => {
        asked.push(addressedTo);
        return Promise.resolve({ subscriptions: [], last: null });
      },
    };
    const service = new ExplainService(events as never, deliveries as never, subscriptions as never, new SystemClock());
    const summaryWithin = async (within: readonly Uuid[] | null): Promise<string> =>
      (await service.explain('default', EVENT_ID, { limit: 50 }, within)).summary;

    expect(await summaryWithin([replayedTo])).toContain('Published to one subscription only');
    expect(await summaryWithin([target])).toContain(`Published to ${toPublicId('sub', target)} only`);
    expect(await summaryWithin(null)).toContain(`Published to ${toPublicId('sub', target)} only`);
    expect(asked).toEqual([null, toPublicId('sub', target), toPublicId('sub', target)]);
  });
});
