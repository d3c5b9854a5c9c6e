import './portal.css';
import '../lib/effects';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeQueryClient } from '../api/query-client';
import { Notice } from '../components/states';
import { loadAfterFirstData } from '../lib/after-first-data';
import { nowMs } from '../lib/clock';
import { followSession } from './follow-session';
import type { Host } from './host';
import { takeCode } from './link-code';
import { exchange, setUpPortalClient } from './portal-client';
import { PortalPage } from './portal-page';
import { PortalSession, type Terms } from './portal-session';
import { followBrowser } from './portal-theme';
import { startRouting } from './routing/place';
import { type Memory, recall, remember } from './tab-memory';
import { followTyping, hasTyped } from './typing';
import { isAwaited } from './waiting-tab';

/** A page of the host that does not renew is not tried again at once. */
const PATIENCE_MS = 30_000;

// Before anything else, so that nothing on the page sees it.
const code = takeCode();
const tenantId = new URLSearchParams(window.location.search).get('tenant');
const remembered = recall(tenantId);
const isFramed = window.parent !== window;
const queryClient = makeQueryClient();
// The code is exchanged meanwhile.
const host = isFramed ? findHost() : Promise.resolve(null);
const session = new PortalSession({ exchange, host, goAndRenew, remembered });

async function findHost(): Promise<Host | null> {
  const { hostAround } = await import('./host');
  return hostAround((given) => void session.take(given));
}

/** Pages of the host, as far as this tab knows them. */
function known(): Memory | Terms | null {
  return session.view.get().terms ?? remembered;
}

function goAndRenew(refreshUrl: string): boolean {
  const before = known();
  const wasThere = remembered?.left != null && nowMs() - remembered.left.atMs < PATIENCE_MS;
  if (before === null || hasTyped() || wasThere) return false;
  const { tenant_id, return_url } = before;
  const left = { atMs: nowMs(), url: window.location.pathname + window.location.search };
  remember({ tenant_id, return_url, refresh_url: refreshUrl, left });
  window.location.assign(refreshUrl);
  return true;
}

async function begin(): Promise<void> {
  followBrowser();
  followTyping();
  // Before the router reads the URL: the customer goes on where the session ended.
  const left = remembered?.left?.url;
  if (code !== null && left !== undefined) window.history.replaceState(null, '', left);
  startRouting([]);
  setUpPortalClient(session);
  followSession(session, queryClient);
  window.addEventListener('hashchange', () => {
    const next = takeCode();
    if (next !== null) void session.take(next);
  });
  const root = createRoot(document.getElementById('root') ?? document.body);
  if (code !== null && tenantId !== null && (await isForOtherTab(tenantId, code))) {
    root.render(<GoesOnElsewhere />);
    return;
  }
  const opening = session.begin(code);
  root.render(<Portal />);
  await opening;
  loadAfterFirstData(queryClient, loadTheRest);
}

async function isForOtherTab(tenant: string, given: string): Promise<boolean> {
  if (!isAwaited(tenant, nowMs())) return false;
  const { offerCode } = await import('./other-tab');
  return offerCode(tenant, given);
}

async function waitForOtherTab(): Promise<void> {
  const { awaitCode } = await import('./other-tab');
  awaitCode(tenantId ?? '', nowMs(), (given) => session.take(given));
}

function Portal() {
  const ways = {
    refreshUrl: () => (isFramed ? null : (known()?.refresh_url ?? null)),
    returnUrl: () => known()?.return_url ?? null,
    onRefresh: () => void waitForOtherTab(),
  };
  return (
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queryClient}>
          <PortalPage session={session} isFramed={isFramed} ways={ways} />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>
  );
}

function GoesOnElsewhere() {
  return (
    <main>
      <h1 className="sr-only">Webhooks</h1>
      <Notice title="Your session is renewed">
        <p>The portal goes on in the tab where you were. You can close this one.</p>
      </Notice>
    </main>
  );
}

/** Not needed for the first screen, and ready when it is wanted. */
async function loadTheRest(): Promise<void> {
  const live = import('../live/live');
  await Promise.all([
    import('../fonts.css'),
    import('../components/ui/popover-panel'),
    import('../components/ui/menu-panel'),
    import('./ended'),
    live,
  ]);
  const found = await host;
  if (found !== null) await tellSize(found);
  // The last, because all of it is tried again if a part fails.
  (await live).followLive(queryClient);
}

async function tellSize(to: Host): Promise<void> {
  const { followSize } = await import('./size');
  followSize((height) => to.tell({ type: 'webhook-portal:size', height }));
}

void begin();
