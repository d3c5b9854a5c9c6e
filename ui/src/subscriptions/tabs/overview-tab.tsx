import { useMay } from '../../api/access';
import { Copyable } from '../../components/copyable';
import { Fact, Facts, Section } from '../../components/section';
import { Age, ExactTime } from '../../components/time';
import { countOf, counted, percentOf } from '../../lib/numbers';
import { durationOf, settingOf } from '../../lib/times';
import { RangePicker } from '../../plots/range-picker';
import { Tile } from '../../plots/tile';
import { HourStrip } from '../hour-strip';
import type { TabProps } from '../tab-props';
import { LastFailures } from './last-failures';
import { SubscriptionPlots } from './subscription-plots';

/** How its deliveries go: now, by hour, over a range, and the last that failed. */
export default function OverviewTab({ subscription, search }: TabProps) {
  const mayReadDeliveries = useMay('deliveries:read');
  return (
    <div className="flex flex-col gap-8">
      <HealthTiles subscription={subscription} />
      <Section title="Success by hour">
        <HourStrip hours={subscription.health.success_by_hour} />
      </Section>
      {mayReadDeliveries && <LastFailures id={subscription.id} />}
      {mayReadDeliveries && (
        <Section title="Course" aside={<RangePicker search={search} />}>
          <SubscriptionPlots id={subscription.id} search={search} />
        </Section>
      )}
      <About subscription={subscription} />
    </div>
  );
}

function HealthTiles({ subscription: { health } }: Pick<TabProps, 'subscription'>) {
  const { last_hour: hour, last_day: day, lane, last_success_at: lastSuccess } = health;
  const rate = (share: number | null): string => (share === null ? '–' : percentOf(share));
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border md:grid-cols-3 2xl:grid-cols-6">
      <Tile
        label="Success, last hour"
        value={rate(hour.success_rate)}
        detail={counted(hour.attempts, 'attempt')}
        about="Attempts of the last 60 minutes that succeeded"
      />
      <Tile
        label="Success, last day"
        value={rate(day.success_rate)}
        detail={counted(day.attempts, 'attempt')}
        about="Attempts of the last 24 hours that succeeded"
      />
      <Tile
        label="Duration, last day, p95"
        value={day.p95_ms === null ? '–' : durationOf(day.p95_ms)}
        detail={hour.p95_ms === null ? undefined : `${durationOf(hour.p95_ms)} last hour`}
        about="95 % of the attempts were faster"
      />
      <Tile
        label="Waiting"
        value={countOf(health.waiting)}
        detail={health.parked === 0 ? undefined : `${countOf(health.parked)} for the receiver`}
        about="Deliveries that wait, for a retry or for the receiver"
      />
      <Tile
        label="In flight"
        value={`${lane.in_flight} / ${lane.workers === 0 ? lane.limit : lane.width}`}
        detail={lane.workers === 0 || lane.width >= lane.limit ? undefined : `limit ${lane.limit}`}
        about={`Requests under way, and how many may be. A failing receiver gets fewer than its limit of ${lane.limit} for each worker`}
      />
      <Tile
        label="Last success"
        value={lastSuccess === null ? 'none' : <Age at={lastSuccess} />}
        detail={lastSuccess === null ? undefined : 'ago'}
        about="When the receiver last answered 2xx"
      />
    </dl>
  );
}

function About({ subscription }: Pick<TabProps, 'subscription'>) {
  const { retry, timeout, max_in_flight: limit, event_types: types } = subscription;
  return (
    <Section title="What it is">
      <Facts>
        <Fact name="Target">
          <Copyable text={subscription.target_url} what="target URL" className="text-foreground" />
        </Fact>
        <Fact name="Event types">
          <span className="font-mono break-all">{types.join(', ')}</span>
        </Fact>
        <Fact name="Retries">
          up to {counted(retry.max_attempts, 'attempt')}, the second after {settingOf(retry.initial_interval)}, then at
          growing intervals up to {settingOf(retry.max_interval)}
        </Fact>
        <Fact name="Limits">
          {settingOf(timeout)} for an answer, {counted(limit, 'request')} at once from each worker
        </Fact>
        <Fact name="Created">
          <ExactTime at={subscription.created_at} />
        </Fact>
        <Fact name="Changed">
          <ExactTime at={subscription.updated_at} />
        </Fact>
      </Facts>
    </Section>
  );
}
