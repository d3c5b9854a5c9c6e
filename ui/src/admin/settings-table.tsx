import type { SettingAnswer } from '../api/generated';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Checkbox } from '../components/ui/field';
import { counted } from '../lib/numbers';
import { useAdmin } from './use-admin';

const SOURCES: Readonly<Record<SettingAnswer['source'], string>> = {
  default: 'default',
  environment: 'environment',
  file: '.env',
  start: 'npm start',
};

/** Settings that somebody made, or all of them. */
export function SettingsTable({ settings }: { readonly settings: readonly SettingAnswer[] }) {
  const { search, go } = useAdmin();
  const isAll = search.show === 'all';
  const made = settings.filter(({ source }) => source !== 'default');
  const columns: readonly Column<SettingAnswer>[] = [
    {
      header: 'Setting',
      cell: ({ name, description }) => <code data-hint={description}>{name}</code>,
      className: 'align-top py-2',
    },
    { header: 'Value', cell: ({ value }) => <Value value={value} />, className: 'py-2' },
    { header: 'From', cell: ({ source }) => <Source source={source} />, className: 'w-32' },
    {
      header: 'What it does',
      cell: ({ description }) => <span className="text-muted-foreground">{description}</span>,
      className: 'w-1/2 py-2 max-lg:hidden',
    },
  ];
  return (
    <Section
      title="Settings"
      aside={
        <Checkbox
          label={`Also the ${counted(settings.length - made.length, 'default')}`}
          checked={isAll}
          onChange={() => go({ show: isAll ? undefined : 'all' }, true)}
        />
      }
    >
      <Listing label="Settings" columns={columns} rows={isAll ? settings : made} keyOf={({ name }) => name} />
    </Section>
  );
}

function Value({ value }: { readonly value: string | null }) {
  return value === null ? (
    <span className="text-muted-foreground">not set</span>
  ) : (
    <code className="break-all">{value}</code>
  );
}

function Source({ source }: { readonly source: SettingAnswer['source'] }) {
  return <span className={source === 'default' ? 'text-muted-foreground' : undefined}>{SOURCES[source]}</span>;
}
