import type { ReplayAnswer } from '../../src/replays/dto/replay-answer.js';
import { parsePublicId, toPublicId } from '../../src/shared/ids/public-id.js';
import type { Uuid } from '../../src/shared/ids/uuid.js';
import { ApiClient, type DeliveryAnswer, type PageAnswer } from './api-client.js';
import { eventually } from './eventually.js';
import { fastSettings } from './fast-settings.js';
import { type ReceivedRequest, ScriptedReceiver } from './scripted-receiver.js';
import { type ServiceProcess, startService } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const PAGE = 200;
const MINUTES_MS = 60_000;

/** What a replay has left behind. */
interface ReplayTraces {
  readonly replay: ReplayAnswer;
  readonly requests: readonly ReceivedRequest[];
  /** Ids of the events of the deliveries that the API lists for the replay. */
  readonly listedEvents: readonly string[];
  readonly failedEvents: readonly string[];
  /** How far it was at each kill. */
  readonly sentAtKills: readonly number[];
}

/**
 * Replays failed deliveries while the only process is killed twice: after a third and after two thirds.
 *
 * @param count failed deliveries, one of each event, to one subscription
 */
export async function replayBesideKills(count: number, rate: number, timeoutMs = MINUTES_MS): Promise<ReplayTraces> {
  const database = await createTestDatabase();
  const receiver = await ScriptedReceiver.start();
  const settings = fastSettings(database, { MAX_REPLAY_RATE: '10000', DATABASE_POOL_SIZE: '10' });
  let service: ServiceProcess = await startService({ entry: 'main', settings });
  try {
    const first = new ApiClient(service.url);
    const { id } = await first.createSubscription({ target_url: receiver.url('/hook'), event_types: ['order.*'] });
    const failedEvents = await storeFailures(database, parsePublicId(id, 'sub').uuid, count);
    const body = { subscription_id: id, rate };
    const { id: replayId } = await first.expect<ReplayAnswer>(202, 'POST', '/replays', { body });
    const sentAtKills: number[] = [];
    for (const part of [1 / 3, 2 / 3]) {
      sentAtKills.push(await untilSent(database, count * part, timeoutMs));
      await service.kill();
      service = await startService({ entry: 'main', settings });
    }
    const api = new ApiClient(service.url);
    const replay = await eventually(() => api.expect<ReplayAnswer>(200, 'GET', `/replays/${replayId}`), {
      until: ({ state }) => state === 'finished',
      timeoutMs,
      intervalMs: 100,
    });
    const listedEvents = await eventsOf(api, replayId);
    return { replay, requests: receiver.requests, listedEvents, failedEvents, sentAtKills };
  } finally {
    await service.stop();
    await receiver.close();
    await database.drop();
  }
}

/** @returns public ids of the events */
async function storeFailures(database: TestDatabase, subscriptionId: Uuid, count: number): Promise<string[]> {
  const rows = await database.query<{ id: Uuid }>(
    `with made as materialized (
       select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - n), 12, '0') || '7' || left(md5(n::text), 3) || '8'
         || substr(md5(n::text), 4, 10) || '00000')::uuid as id
       from generate_series(1, $2::int) n),
     published as (
       insert into events (id, tenant_id, event_type, content_type, payload, delivery_count, accepted_at, addressing)
       select id, 'default', 'order.created', 'application/json', '{}', 1, now(), 0 from made),
     failed as (
       insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code,
         last_error_code, finished_at)
       select (left(id::text, 31) || '00001')::uuid, id, $1, 'default', 3, 1, 503, 'bad_status', now() from made)
     select id from made`,
    [subscriptionId, count],
  );
  return rows.map(({ id }) => toPublicId('evt', id));
}

/** Waits until a replay has sent that many. @returns how many it has sent by then */
async function untilSent(database: TestDatabase, least: number, timeoutMs: number): Promise<number> {
  const rows = await eventually(() => database.query<{ sent: number }>('select sent from replays'), {
    until: ([row]) => row !== undefined && row.sent >= least,
    timeoutMs,
  });
  return rows[0]!.sent;
}

/** Reads all pages of the deliveries of a replay. @returns public ids of their events */
async function eventsOf(api: ApiClient, replayId: string): Promise<string[]> {
  const events: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const path = `/deliveries?replay_id=${replayId}&limit=${PAGE}${from}`;
    const page: PageAnswer<DeliveryAnswer> = await api.expect(200, 'GET', path);
    events.push(...page.data.map(({ event_id }) => event_id));
    cursor = page.next_cursor;
  }
  return events;
}
