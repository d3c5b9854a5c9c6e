import { Injectable } from '@nestjs/common';
import { type HistoryFilter, ReplayedDeliveries, type ShownMatch } from '../../delivery/index.js';
import { Settings } from '../../shared/config/settings.js';
import { type Fault, InvalidInput } from '../../shared/errors/domain-error.js';
import { parsePublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { SubscriptionNotFound, SubscriptionsService } from '../../subscriptions/index.js';
import { latestOfNamed } from '../domain/named-deliveries.js';
import type { ReplayOrder } from '../domain/replay.js';
import { filtersOf, kindOf, requestFaults } from '../domain/replay-request.js';
import type { ReplayInput } from '../dto/replay-input.js';
import {
  ReplayTargetDisabled,
  ReplayTargetGone,
  ReplayTooBroad,
  TooManyMatches,
  unknownSubscription,
} from '../replay.errors.js';
import { searchOf } from '../replay-filter.js';

/** Longest count, and how much longer it may take to say how many matches are too many. */
const COUNT_SECONDS = 10;
const BEYOND_MS = 2000;
/** Matches that a dry run shows. */
const SHOWN = 10;

/** A replay that may be made. */
export interface ReplayPlan {
  readonly order: ReplayOrder & { readonly matched: number };
  /** The oldest matches. */
  readonly first: readonly Uuid[];
}

type Target = Pick<ReplayOrder, 'subscriptionId' | 'wantedTypes'>;

/** Judges what a client wants to replay, and counts it. Changes nothing. */
@Injectable()
export class ReplayPlanner {
  constructor(
    private readonly replayed: ReplayedDeliveries,
    private readonly subscriptions: SubscriptionsService,
    private readonly settings: Settings,
  ) {}

  /**
   * @throws InvalidInput; TooManyMatches; ReplayTooBroad; ReplayTargetDisabled and ReplayTargetGone for a subscription
   * that can get nothing
   */
  async plan(tenantId: string, input: ReplayInput): Promise<ReplayPlan> {
    const rate = this.rateOf(input.rate);
    const faults = requestFaults(input);
    if (faults.length > 0) throw new InvalidInput(faults);
    const kind = kindOf(input);
    const filters = filtersOf(input);
    const createdAt = await this.replayed.now(tenantId);
    if (kind === 'selected') {
      const deliveryIds = await this.namedIds(tenantId, input.delivery_ids ?? []);
      const target: Target = { subscriptionId: null, wantedTypes: null };
      const order = { kind, filters, ...target, deliveryIds, rate, createdAt, matched: deliveryIds.length };
      return { order, first: deliveryIds.slice(0, SHOWN) };
    }
    const target = await this.targetOf(tenantId, input.subscription_id);
    const order = {
      ...{ kind, filters, deliveryIds: null, rate, createdAt },
      subscriptionId: target.subscriptionId,
      wantedTypes: kind === 'missing' ? target.wantedTypes : null,
    };
    const { count, first } = await this.count(tenantId, searchOf(order));
    return { order: { ...order, matched: count }, first };
  }

  /** Reads the first matches of a plan for people. */
  show(tenantId: string, { order, first }: ReplayPlan): Promise<ShownMatch[]> {
    return this.replayed.show(tenantId, order.kind === 'selected' ? ALL : searchOf(order), first);
  }

  /** @throws InvalidInput */
  rateOf(given: number | undefined): number {
    const { replayRate, maxReplayRate } = this.settings;
    if (given !== undefined && given > maxReplayRate) {
      throw new InvalidInput([{ pointer: '/rate', detail: `must be at most ${maxReplayRate} (MAX_REPLAY_RATE)` }]);
    }
    return given ?? replayRate;
  }

  private async count(tenantId: string, filter: HistoryFilter): Promise<{ count: number; first: readonly Uuid[] }> {
    const most = this.settings.maxReplayEvents;
    const limits = { most, budgetMs: COUNT_SECONDS * 1000, beyondMs: BEYOND_MS };
    const { count, isComplete, first } = await this.replayed.count(tenantId, filter, limits, SHOWN);
    if (count > most) throw new TooManyMatches(count, isComplete, most);
    if (!isComplete) throw new ReplayTooBroad(COUNT_SECONDS, count);
    return { count, first };
  }

  private async targetOf(tenantId: string, id: string | undefined): Promise<Target> {
    if (id === undefined) return { subscriptionId: null, wantedTypes: null };
    const { uuid: subscriptionId } = parsePublicId(id, 'sub');
    try {
      const { state, disabled_reason: reason, event_types } = await this.subscriptions.get(tenantId, subscriptionId);
      if (state === 'disabled') throw new ReplayTargetDisabled(id, reason);
      return { subscriptionId, wantedTypes: event_types };
    } catch (error) {
      if (!(error instanceof SubscriptionNotFound)) throw error;
    }
    if (await this.isKnown(tenantId, subscriptionId)) throw new ReplayTargetGone(id);
    throw unknownSubscription();
  }

  private async isKnown(tenantId: string, id: Uuid): Promise<boolean> {
    try {
      await this.subscriptions.requireKnown(tenantId, id);
      return true;
    } catch (error) {
      if (error instanceof SubscriptionNotFound) return false;
      throw error;
    }
  }

  /** @returns the deliveries in order, for each event and subscription the latest one that is named */
  private async namedIds(tenantId: string, given: readonly string[]): Promise<Uuid[]> {
    const ids = given.map((id) => parsePublicId(id, 'dlv').uuid);
    const found = new Map((await this.replayed.listNamed(tenantId, ids)).map((each) => [each.id, each]));
    const faults = ids.flatMap((id, index): Fault[] => {
      const pointer = `/delivery_ids/${index}`;
      const named = found.get(id);
      if (named === undefined) return [{ pointer, detail: 'is no delivery that this tenant still has; remove it' }];
      return named.isFinished
        ? []
        : [{ pointer, detail: 'is not finished; remove it, wait until it is, or cancel it' }];
    });
    if (faults.length > 0) throw new InvalidInput(faults);
    return latestOfNamed([...found.values()]);
  }
}

/** A filter that limits nothing. */
const ALL: HistoryFilter = { range: { from: '', to: '' } };
