import { useQuery } from '@tanstack/react-query';
import { BookCheck, CircleAlert, CircleCheck, Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { LedgerCounts } from '../api/generated';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Command, Failed, Notice, Skeleton } from '../components/states';
import { Button } from '../components/ui/button';
import { useNow } from '../lib/clock';
import { cx } from '../lib/cx';
import { exactCount } from '../lib/numbers';
import { curlFor } from './curl-for';
import { daysOf, lastDays, type LedgerDay } from './ledger-days';
import { ledgerHoursQuery, verifiedDayQuery } from './queries';
import { useAdmin } from './use-admin';

const RANGES = ['7', '14', '31'] as const;
const HOUR_MS = 3_600_000;

const COUNTS: readonly (readonly [keyof LedgerCounts, string, string?])[] = [
  ['accepted', 'Accepted'],
  ['delivered', '= Delivered', 'max-sm:hidden'],
  ['failed', '+ Failed'],
  ['cancelled', '+ Cancelled', 'max-md:hidden'],
  ['unfinished', '+ Unfinished', 'max-md:hidden'],
];

/** What was accepted, day by day, and what became of it. It adds up, or there is a defect. */
export default function LedgerTab() {
  const { search, tenantId, go } = useAdmin();
  const now = useNow(HOUR_MS);
  const days = RANGES.find((each) => each === search.days) ?? RANGES[0];
  const { since, until } = lastDays(Number(days), now);
  const { data, error, refetch } = useQuery(ledgerHoursQuery(since, until));
  return (
    <Section
      title={`Ledger of ${tenantId}, by day (UTC)`}
      aside={<Ranges chosen={days} onChoose={(next) => go({ days: next === RANGES[0] ? undefined : next })} />}
    >
      {data !== undefined ? (
        <Days days={daysOf(data.data)} totals={data.totals} />
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton lines={8} />
      )}
    </Section>
  );
}

function Ranges({ chosen, onChoose }: { readonly chosen: string; readonly onChoose: (days: string) => void }) {
  return (
    <div role="group" aria-label="Range" className="flex rounded-md border border-input bg-card p-0.5">
      {RANGES.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === chosen}
          onClick={() => onChoose(each)}
          className={cx(
            'h-6 rounded-sm px-2 hover:text-foreground',
            each === chosen ? 'bg-accent font-medium text-foreground' : 'text-muted-foreground',
          )}
        >
          {each} d
        </button>
      ))}
    </div>
  );
}

function Days({ days, totals }: { readonly days: readonly LedgerDay[]; readonly totals: LedgerCounts }) {
  if (days.length === 0) return <NothingYet />;
  const columns: readonly Column<LedgerDay>[] = [
    { header: 'Day', cell: ({ day }) => <Day day={day} /> },
    ...COUNTS.map(([name, header, className]) => ({
      header,
      isNumber: true,
      className,
      cell: (day: LedgerDay) => <Count value={day[name]} />,
    })),
    { header: 'Difference', isNumber: true, cell: ({ difference }) => <Difference value={difference} /> },
    { header: 'History', isNumber: true, cell: ({ day }) => <Verify day={day} />, className: 'w-44 max-sm:hidden' },
  ];
  return (
    <>
      <Sentence totals={totals} />
      <Listing label="Ledger by day" columns={columns} rows={days} keyOf={({ day }) => day} />
      <p className="text-muted-foreground max-sm:hidden">
        These are sums that were made as deliveries were recorded. <i>Count again</i> counts the history of a day anew
        and compares.
      </p>
    </>
  );
}

/** Phones have no place for the year. */
function Day({ day }: { readonly day: string }) {
  return (
    <time dateTime={day} className="font-medium whitespace-nowrap">
      <span className="max-sm:hidden">{day.slice(0, 5)}</span>
      {day.slice(5)}
    </time>
  );
}

function Sentence({ totals }: { readonly totals: LedgerCounts }) {
  const { accepted, delivered, failed, cancelled, unfinished, difference } = totals;
  return (
    <p className="text-base">
      <b className="font-semibold">{exactCount(accepted)}</b> accepted = {exactCount(delivered)} delivered +{' '}
      {exactCount(failed)} failed + {exactCount(cancelled)} cancelled + {exactCount(unfinished)} unfinished
      {difference === 0 ? (
        '.'
      ) : (
        <b role="alert" className="font-medium text-destructive">
          {' '}
          + {exactCount(difference)} that are missing. This is a defect: please report it.
        </b>
      )}
    </p>
  );
}

function Count({ value }: { readonly value: number }) {
  return <span className={value === 0 ? 'text-muted-foreground' : undefined}>{exactCount(value)}</span>;
}

function Difference({ value }: { readonly value: number }) {
  if (value === 0) return <Finding icon={<CircleCheck aria-hidden />} colour="text-success" text="0" />;
  return <Finding icon={<CircleAlert aria-hidden />} colour="text-destructive" text={exactCount(value)} />;
}

function Finding({ icon, colour, text }: { readonly icon: ReactNode; readonly colour: string; readonly text: string }) {
  return (
    <span className={cx('inline-flex items-center gap-1.5 font-medium whitespace-nowrap [&_svg]:size-3.5', colour)}>
      {icon} {text}
    </span>
  );
}

/** Counts the history of a day again, when somebody asks. */
function Verify({ day }: { readonly day: string }) {
  const { data, error, isFetching, refetch } = useQuery(verifiedDayQuery(day));
  if (isFetching) return <span className="text-muted-foreground">Counting…</span>;
  if (data === undefined) {
    return (
      <span className="inline-flex items-center justify-end gap-2">
        {error !== null && (
          <span role="alert" className="text-xs text-destructive">
            {error.message}
          </span>
        )}
        <Button size="sm" aria-label={`Count again: ${day}`} onClick={() => void refetch()}>
          Count again
        </Button>
      </span>
    );
  }
  const isPartial = data.data.some(({ sums_agree: agrees }) => agrees === null);
  if (data.sums_agree !== true) return <Finding icon={<CircleAlert aria-hidden />} colour="text-destructive" text="Differs" />; // prettier-ignore
  if (isPartial) return <Finding icon={<Clock aria-hidden />} colour="text-idle" text="Agrees so far" />;
  return <Finding icon={<CircleCheck aria-hidden />} colour="text-success" text="Agrees" />;
}

function NothingYet() {
  return (
    <Notice icon={<BookCheck aria-hidden className="size-5 text-muted-foreground" />} title="Nothing was accepted">
      <p>Each accepted delivery is counted here until the end of its retention. This publishes one:</p>
      <Command what="command" text={curlFor('/webhooks/order.created', { order: 42 })} />
    </Notice>
  );
}
