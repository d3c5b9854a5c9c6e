import { eventUuidOf } from '../../../shared/ids/uuid.js';
import type { SearchStep } from '../../../shared/search/bounded-search.js';
import { sqlOrder, type Values } from '../../../shared/search/stream.js';
import type { DeliveryStatus } from '../../domain/delivery-state.js';
import type { HistoryFilter } from '../../domain/history-filter.js';

/**
 * What the statement of a step is made from. `$1` is the tenant; the others are placeholders, made when they are used.
 */
export class Candidates {
  readonly order: 'desc' | 'asc';
  private readonly placeholders = new Map<unknown, string>();

  constructor(
    readonly filter: HistoryFilter,
    /** The statuses that are asked for and possible. */
    readonly statuses: readonly DeliveryStatus[],
    private readonly step: Pick<SearchStep, 'range' | 'direction' | 'candidates'>,
    readonly values: Values,
  ) {
    this.order = sqlOrder(step.direction);
  }

  get from(): string {
    return this.given(this.step.range.from, 'uuid');
  }

  get to(): string {
    return this.given(this.step.range.to, 'uuid');
  }

  /** An event may begin before the range that has some of its deliveries. */
  get eventFrom(): string {
    return this.given(eventUuidOf(this.step.range.from), 'uuid');
  }

  get limit(): string {
    return this.given(this.step.candidates, 'int');
  }

  private given(value: string | number, type: string): string {
    const known = this.placeholders.get(value) ?? `${this.values.given(value)}::${type}`;
    this.placeholders.set(value, known);
    return known;
  }
}

/** Conditions that a source of candidates meets by itself. */
export type Met = 'subscription' | 'type' | 'tag' | 'key' | 'unreached';
