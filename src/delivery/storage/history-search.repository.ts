import { Inject, Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { type SearchSession, TenantDatabase } from '../../shared/database/tenant-database.js';
import { firstUuidAt, type Uuid, uuidTimeMs } from '../../shared/ids/uuid.js';
import { boundedSearch, type Matches, type SearchStep } from '../../shared/search/bounded-search.js';
import { ALL_IDS, type Direction, type IdRange, intersection } from '../../shared/search/id-range.js';
import { DELIVERIES, EVENTS, type Listed } from '../../shared/search/listed.js';
import { mergeStreams, stepStatement, type StreamRow, Values } from '../../shared/search/stream.js';
import { Clock } from '../../shared/time/clock.js';
import { targetHostOf } from '../../subscriptions/index.js';
import { type HistoryFilter, possibleStatuses } from '../domain/history-filter.js';
import { type DeliveryRow, selectDeliveries } from './delivery-history.repository.js';
import { Candidates } from './search/candidates.js';
import { listOpenSubscriptions, listTypes } from './search/event-sources.js';
import { deliveryStreams, eventStreams, type Inquiries } from './search/streams.js';

/** Event types, or subscriptions, whose ranges are merged. With more, other ways are cheaper. */
const MERGED = 200;
const DAY_MS = 86_400_000;
/** Days after the end of their retention for which events may still be stored. */
const DROP_MARGIN_DAYS = 2;

/** Which page of a list to read. */
export interface PageOrder {
  readonly direction: Direction;
  readonly limit: number;
}

/**
 * Searches the history of a tenant in bounded steps (docs/decisions/031-search.md). All statements of a search see the
 * same snapshot, so a delivery that finishes meanwhile is neither missed nor found twice.
 */
@Injectable()
export class HistorySearchRepository {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: Clock,
    @Inject(Settings) private readonly settings: Pick<Settings, 'retentionDays'>,
  ) {}

  /** Finds a page of deliveries, and reads them, newest first. */
  findDeliveries(
    tenantId: string,
    filter: HistoryFilter,
    page: PageOrder,
  ): Promise<{ matches: Matches; rows: DeliveryRow[] }> {
    return this.database.search(tenantId, async (session) => {
      const matches = await this.find(session, DELIVERIES, filter, page);
      if (matches.ids.length === 0) return { matches, rows: [] };
      const { text, values } = selectDeliveries(matches.ids);
      return { matches, rows: await session.query<DeliveryRow>(text, values) };
    });
  }

  /** Finds a page of events: those that meet the conditions themselves or, if there are some on deliveries, by one. */
  findEvents(tenantId: string, filter: HistoryFilter, page: PageOrder): Promise<Matches> {
    return this.database.search(tenantId, (session) => this.find(session, EVENTS, filter, page));
  }

  /** Finds a page in a session that is open already. The ids are in the direction of the search. */
  async find(
    session: SearchSession,
    listed: Listed,
    given: HistoryFilter,
    { direction, limit }: PageOrder,
  ): Promise<Matches> {
    const filter = await withSubscriptions(session, given);
    if (filter.subscriptionIds?.length === 0) return { ids: [], next: null };
    const statuses = possibleStatuses(filter);
    const inquiries = new SearchInquiries(session, filter);
    const look = async (step: SearchStep) => {
      const values = new Values();
      const candidates = new Candidates(filter, statuses, step, values);
      const streamsOf = listed === EVENTS ? eventStreams : deliveryStreams;
      const streams = await streamsOf(candidates, inquiries.within(step.range));
      const statement = stepStatement(step, streams, values);
      return mergeStreams(step, await session.query<StreamRow>(statement.text, statement.values));
    };
    return boundedSearch({ range: this.keptOf(filter), direction, listed, limit }, look, this.clock);
  }

  /** Without the days that are dropped, lest a search for little ends its pages in days that have nothing. */
  private keptOf({ range, isOneEvent = false }: HistoryFilter): IdRange {
    if (isOneEvent) return range;
    const keptDays = this.settings.retentionDays + DROP_MARGIN_DAYS;
    return intersection(range, { from: firstUuidAt(this.clock.nowMs() - keptDays * DAY_MS), to: ALL_IDS.to });
  }
}

/** Replaces the host of a filter by the subscriptions that have it, unless they are too many. */
async function withSubscriptions(session: SearchSession, filter: HistoryFilter): Promise<HistoryFilter> {
  const { targetHost, subscriptionIds, ...others } = filter;
  if (targetHost === undefined) return filter;
  const values = new Values();
  const own = subscriptionIds === undefined ? '' : `and s.id = any(${values.given(subscriptionIds)}::uuid[])`;
  // Served by subscriptions_target_host.
  const rows = await session.query<{ id: Uuid }>(
    `select s.id from subscriptions s where s.tenant_id = $1
      and ${targetHostOf('s.target_url')} = ${values.given(targetHost)} ${own} limit ${MERGED + 1}`,
    values.list,
  );
  return rows.length > MERGED ? filter : { ...others, subscriptionIds: rows.map(({ id }) => id) };
}

/** Answers what streams ask, and asks the same thing once. */
class SearchInquiries {
  private openSubscriptions: Promise<readonly string[] | null> | undefined;
  private types: { readonly days: IdRange; readonly names: Promise<readonly string[] | null> } | undefined;

  constructor(
    private readonly session: SearchSession,
    private readonly filter: HistoryFilter,
  ) {}

  within(range: IdRange): Inquiries {
    return {
      openSubscriptions: () => (this.openSubscriptions ??= this.listOpenSubscriptions()),
      types: () => {
        const days = wholeDays(range);
        // The types of more days serve as well: the others have empty ranges.
        if (this.types && this.types.days.from <= days.from && this.types.days.to >= days.to) return this.types.names;
        this.types = { days, names: this.listTypes(days) };
        return this.types.names;
      },
    };
  }

  private async listOpenSubscriptions(): Promise<readonly string[] | null> {
    const values = new Values();
    const rows = await this.session.query<{ id: Uuid }>(listOpenSubscriptions(values, MERGED + 1), values.list);
    return rows.length > MERGED ? null : rows.map(({ id }) => id);
  }

  private async listTypes(days: IdRange): Promise<readonly string[] | null> {
    const { eventTypes } = this.filter;
    if (eventTypes !== undefined && 'only' in eventTypes) return [eventTypes.only];
    const values = new Values();
    const rows = await this.session.query<{ name: string }>(
      listTypes(eventTypes, days, values, MERGED + 1),
      values.list,
    );
    return rows.length > MERGED ? null : rows.map(({ name }) => name);
  }
}

/**
 * The days that a range touches. Within them, the next event type is one step away; within a part of a day, it is not.
 */
function wholeDays({ from, to }: IdRange): IdRange {
  const dayOf = (id: Uuid): number => Math.floor(uuidTimeMs(id) / DAY_MS) * DAY_MS;
  return {
    from: firstUuidAt(dayOf(from)),
    to: to === ALL_IDS.to ? to : firstUuidAt(dayOf(to) + DAY_MS),
  };
}
