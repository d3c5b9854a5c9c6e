import { Injectable } from '@nestjs/common';
import { searchWithin } from '../../shared/database/search-session.js';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Matches } from '../../shared/search/bounded-search.js';
import { ALL_IDS, intersection } from '../../shared/search/id-range.js';
import { DELIVERIES, EVENTS, type Listed } from '../../shared/search/listed.js';
import { Clock } from '../../shared/time/clock.js';
import type { HistoryFilter } from '../domain/history-filter.js';
import { HistorySearchRepository } from './history-search.repository.js';

/** Matches that one page of a count finds at most. */
const COUNTED_AT_ONCE = 4000;

/** How far a count goes. */
export interface CountLimits {
  /** From here on, it goes on for `beyondMs` only. */
  readonly most: number;
  readonly budgetMs: number;
  readonly beyondMs: number;
}

/** What a count has found. */
export interface CountedMatches {
  readonly count: number;
  /** False if the time was up before everything had been looked at. */
  readonly isComplete: boolean;
  /** The oldest of them. */
  readonly first: readonly Uuid[];
}

/** Finds what a replay sends again: deliveries or, if it is for what is missing, events. Oldest first. */
@Injectable()
export class ReplaySearchRepository {
  constructor(
    private readonly database: TenantDatabase,
    private readonly history: HistorySearchRepository,
    private readonly clock: Clock,
  ) {}

  /** Counts matches, page by page, so that a long count holds no connection. @param shown how many ids to return */
  async count(tenantId: string, filter: HistoryFilter, limits: CountLimits, shown: number): Promise<CountedMatches> {
    const beganAtMs = this.clock.monotonicMs();
    const first: Uuid[] = [];
    let endMs = beganAtMs + limits.budgetMs;
    let count = 0;
    for (let position: Uuid | null = ALL_IDS.from; position !== null;) {
      const nowMs = this.clock.monotonicMs();
      if (nowMs >= endMs) return { count, isComplete: false, first };
      const rest = after(filter, position);
      const { ids, next }: Matches = await this.database.search(tenantId, (session) =>
        this.history.find(session, listedBy(filter), rest, { direction: 'newer', limit: COUNTED_AT_ONCE }),
      );
      first.push(...ids.slice(0, shown - first.length));
      if (count <= limits.most && count + ids.length > limits.most) endMs = Math.min(endMs, nowMs + limits.beyondMs);
      count += ids.length;
      position = next;
    }
    return { count, isComplete: true, first };
  }

  /**
   * Finds the next matches in a transaction that acts on them. It looks at a bounded number of rows, so there may be
   * fewer than `limit`, or none, although `next` is not null.
   *
   * @param position the first id that has not been looked at; null to begin
   */
  next(
    tx: Tx,
    tenantId: string,
    filter: HistoryFilter,
    place: { position: Uuid | null; limit: number },
  ): Promise<Matches> {
    const rest = after(filter, place.position ?? ALL_IDS.from);
    return searchWithin(tx, tenantId, (session) =>
      this.history.find(session, listedBy(filter), rest, { direction: 'newer', limit: place.limit }),
    );
  }

  /** The time of PostgreSQL, whose clock decides when a delivery finished. */
  async now(tenantId: string): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>(tenantId, 'select now() as now where $1::text <> $2', ['']);
    return row?.now ?? this.clock.now();
  }
}

function listedBy({ missingFor }: HistoryFilter): Listed {
  return missingFor === undefined ? DELIVERIES : EVENTS;
}

function after(filter: HistoryFilter, position: Uuid): HistoryFilter {
  return { ...filter, range: intersection(filter.range, { from: position, to: ALL_IDS.to }) };
}
