import { Injectable } from '@nestjs/common';
import { type Caller, narrowed, NeedsAllTenants } from '../../access/index.js';
import { InvalidInput } from '../../shared/errors/domain-error.js';
import { parsePublicId, toPublicId } from '../../shared/ids/public-id.js';
import { LIMITS } from '../../shared/limits.js';
import { Clock } from '../../shared/time/clock.js';
import { AllTenantsStatsRepository } from '../all-tenants/all-tenants-stats.repository.js';
import { statsRange } from '../domain/stats-range.js';
import { type Known, nothing, type Numbers, type Point, type Series, seriesOf } from '../domain/stats-series.js';
import type { StatsAnswer, StatsNumbers, StatsPoint, StatsQuery, StatsSeries } from '../dto/stats.js';
import { type Group, isByCode, tellsWaiting } from '../statements/points.js';
import type { Summed } from '../statements/progress.js';
import { StatsRepository } from './stats.repository.js';

const HOUR_MS = 3_600_000;

@Injectable()
export class StatsService {
  constructor(
    private readonly ofTenant: StatsRepository,
    private readonly ofAll: AllTenantsStatsRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws InvalidInput if the range does not fit the step; MalformedId; NeedsAllTenants if tenants are to be compared
   * by a caller who does not administer all of them
   */
  async get(caller: Caller, query: StatsQuery): Promise<StatsAnswer> {
    const { step = 'hour', group_by: groupBy = null, event_type: eventType = null } = query;
    const range = statsRange({ ...query, step }, this.clock.nowMs());
    if ('fault' in range) throw new InvalidInput([range.fault]);
    const one = query.subscription_id;
    const subscriptionIds =
      narrowed(caller.within, one === undefined ? undefined : [parsePublicId(one, 'sub').uuid]) ?? null;
    const acrossTenants = groupBy === 'tenant';
    if (acrossTenants && !(caller.may('administer') && caller.administered === null)) throw new NeedsAllTenants();
    const maxGroups = Math.max(1, Math.floor(LIMITS.statsPoints / range.steps));
    const asked = { range, step, groupBy, acrossTenants, subscriptionIds, eventType, maxGroups };
    const rows = await (acrossTenants ? this.ofAll : this.ofTenant).read(caller.tenantId, asked);
    const ofEventType = eventType !== null;
    const known: Known = { accepted: !isByCode(groupBy), waiting: tellsWaiting({ groupBy, ofEventType }) };
    const knownOfAll: Known = { accepted: true, waiting: tellsWaiting({ groupBy: null, ofEventType }) };
    const data = seriesOf(rows.counted, rows.waiting, known);
    return {
      since: toTime(range.fromMs),
      until: toTime(range.toMs),
      step,
      data: data.map((series) => toSeries(series, groupBy)),
      totals: toNumbers(seriesOf(rows.all.counted, rows.all.waiting, knownOfAll)[0]?.totals ?? nothing(knownOfAll)),
      omitted_groups: groupBy === null ? 0 : Math.max(0, rows.groups - data.length),
      complete_since: completeSince(rows.summed),
    };
  }
}

function completeSince({ closed_until: closedUntil, summed_from_hour: fromHour }: Summed): string | null {
  if (fromHour === 0) return null;
  return fromHour === null ? (closedUntil?.toISOString() ?? null) : toTime(fromHour * HOUR_MS);
}

function toSeries({ group, totals, points }: Series, groupBy: Group | null): StatsSeries {
  return {
    group: toGroup(group, groupBy),
    totals: toNumbers(totals),
    points: points.map((point: Point): StatsPoint => ({ at: toTime(point.atMs), ...toNumbers(point) })),
  };
}

function toGroup(group: string, groupBy: Group | null): string | null {
  if (group === '') return null;
  return groupBy === 'subscription' ? toPublicId('sub', group) : group;
}

function toNumbers(numbers: Numbers): StatsNumbers {
  return {
    accepted: numbers.accepted,
    delivered: numbers.delivered,
    failed: numbers.failed,
    cancelled: numbers.cancelled,
    attempts: numbers.attempts,
    success_rate: numbers.successRate,
    attempt_ms: numbers.attemptMs,
    delivery_ms: numbers.deliveryMs,
    waiting: numbers.waiting,
    oldest_due_at: numbers.oldestDueAt?.toISOString() ?? null,
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
