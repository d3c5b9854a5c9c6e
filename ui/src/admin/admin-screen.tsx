import { lazy, type ReactNode, Suspense } from 'react';
import { useMay } from '../api/access';
import { Notice, Skeleton } from '../components/states';
import { Tabs } from '../components/ui/tabs';
import { Screen } from '../shell/screen';
import { TenantsTab } from './tenants-tab';
import { useAdmin } from './use-admin';

const KeysTab = lazy(() => import('./keys-tab'));
const SessionsTab = lazy(() => import('./sessions-tab'));
const PortalsTab = lazy(() => import('./portals-tab'));
const AuditTab = lazy(() => import('./audit-tab'));
const LedgerTab = lazy(() => import('./ledger-tab'));
const SystemTab = lazy(() => import('./system-tab'));

const FIRST = 'tenants';

export default function AdminScreen() {
  const mayAdminister = useMay('access:administer');
  return (
    <Screen title="Admin">
      <div className="h-full overflow-y-auto">
        <div className="mx-auto max-w-7xl p-6 pt-2 max-md:px-4">
          {mayAdminister ? <AdminTabs /> : <OnlyForAdmins />}
        </div>
      </div>
    </Screen>
  );
}

function AdminTabs() {
  const { search, isForAll, go } = useAdmin();
  // What is open, and where a list starts, belong to one tab.
  const choose = (tab: string): void =>
    go({
      ...{ open: undefined, new: undefined, cursor: undefined, action: undefined, target: undefined },
      ...{ key_id: undefined, session_id: undefined, since: undefined, until: undefined, days: undefined },
      ...{ show: undefined, section: tab === FIRST ? undefined : tab },
    });
  const tabs: readonly (readonly [string, string, ReactNode])[] = [
    [FIRST, 'Tenants', <TenantsTab key="tenants" />],
    ['keys', 'API keys', <KeysTab key="keys" />],
    ['sessions', 'Sessions', <SessionsTab key="sessions" />],
    ['portals', 'Portal links', <PortalsTab key="portals" />],
    ['audit', 'Audit log', <AuditTab key="audit" />],
    ['ledger', 'Ledger', <LedgerTab key="ledger" />],
    ...(isForAll ? [['system', 'System', <SystemTab key="system" />] as const] : []),
  ];
  const shown = tabs.some(([tab]) => tab === search.section) ? (search.section ?? FIRST) : FIRST;
  return (
    <Tabs
      value={shown}
      onChange={choose}
      tabs={tabs.map(([value, label, content]) => ({
        value,
        label,
        content: <Suspense fallback={<Skeleton lines={8} />}>{content}</Suspense>,
      }))}
    />
  );
}

function OnlyForAdmins() {
  return (
    <Notice title="This is for admins">
      <p>Your key may not see or change keys, tenants and the audit log. Sign in with one whose role is admin.</p>
    </Notice>
  );
}
