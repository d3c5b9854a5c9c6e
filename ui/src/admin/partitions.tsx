import type { DatabaseAnswer, PartitionDayAnswer, TableSizeAnswer } from '../api/generated';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { useNow } from '../lib/clock';
import { bytesOf, counted, countOf } from '../lib/numbers';

const HOUR_MS = 3_600_000;

/** Tables that are shown by day. The others of a day are small, and in its size. */
const SHOWN = ['events', 'deliveries', 'attempts'] as const;

/** The history, a partition a day, and all other tables. */
export function Partitions({ database: { days: all, tables } }: { readonly database: DatabaseAnswer }) {
  const today = new Date(useNow(HOUR_MS)).toISOString().slice(0, 10);
  // Those of the next days are made ahead, and are empty.
  const days = all.filter(({ day }) => day <= today);
  const total = days.reduce((sum, day) => sum + day.size_bytes, 0);
  const largest = Math.max(1, ...days.map((day) => day.size_bytes));
  const columns: readonly Column<PartitionDayAnswer>[] = [
    { header: 'Day (UTC)', cell: ({ day }) => <span className="font-medium whitespace-nowrap">{day}</span> },
    ...SHOWN.map((name) => ({
      header: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      isNumber: true,
      className: 'max-md:hidden',
      cell: (day: PartitionDayAnswer) => <Rows of={day.tables.find((table) => table.name === name)} />,
    })),
    { header: 'Size', isNumber: true, cell: (day) => bytesOf(day.size_bytes), className: 'w-24' },
    { header: 'Share', cell: (day) => <Bar share={day.size_bytes / largest} />, className: 'w-1/3' },
  ];
  const others: readonly Column<TableSizeAnswer>[] = [
    { header: 'Table', cell: ({ name }) => <code>{name}</code> },
    { header: 'Rows', isNumber: true, cell: (table) => <Rows of={table} /> },
    { header: 'Size', isNumber: true, cell: (table) => bytesOf(table.size_bytes), className: 'w-24' },
  ];
  const bySize = [...tables].sort((a, b) => b.size_bytes - a.size_bytes);
  return (
    <>
      <Section
        title="History by day"
        aside={
          <span className="text-muted-foreground max-sm:hidden">
            {bytesOf(total)}, {counted(all.length - days.length, 'day')} ready ahead; rows are estimates
          </span>
        }
      >
        <div className="max-h-96 overflow-y-auto" tabIndex={0} role="region" aria-label="History by day, to scroll">
          <Listing label="Partitions" columns={columns} rows={days} keyOf={({ day }) => day} />
        </div>
      </Section>
      <Section title="Other tables">
        <div className="max-h-96 overflow-y-auto" tabIndex={0} role="region" aria-label="Other tables, to scroll">
          <Listing label="Tables" columns={others} rows={bySize} keyOf={({ name }) => name} />
        </div>
      </Section>
    </>
  );
}

function Rows({ of }: { readonly of: TableSizeAnswer | undefined }) {
  const rows = of?.estimated_rows ?? null;
  return rows === null ? (
    <span className="text-muted-foreground" data-hint="PostgreSQL has not counted them yet.">
      –
    </span>
  ) : (
    countOf(rows)
  );
}

function Bar({ share }: { readonly share: number }) {
  return (
    <span aria-hidden className="block h-2 w-full rounded-sm bg-muted">
      <span className="block h-2 rounded-sm bg-brand" style={{ width: `${Math.round(share * 100)}%` }} />
    </span>
  );
}
