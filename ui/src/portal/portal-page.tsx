import { ArrowLeft } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { access } from '../api/access';
import { ErrorBoundary } from '../components/error-boundary';
import { Notice, Skeleton } from '../components/states';
import { Toasts } from '../components/toasts';
import { cx } from '../lib/cx';
import { useStore } from '../lib/store';
import { SubscriptionNames } from '../deliveries/subscription-name';
import { ServerAway } from '../shell/server-away';
import type { Ways } from './ended';
import { type PortalSession, scopeOf } from './portal-session';
import { placesFor } from './portal-screens';
import { Link, Navigate, Outlet, useLocation } from './routing';

// What no first screen needs.
const HintLayer = lazy(() => import('../components/hint').then((module) => ({ default: module.HintLayer })));
const Live = lazy(() => import('../shell/live-mark').then((module) => ({ default: module.Live })));
const EndedBar = lazy(() => import('./ended').then((module) => ({ default: module.EndedBar })));
const EndedPage = lazy(() => import('./ended').then((module) => ({ default: module.EndedPage })));

interface PortalPageProps {
  readonly session: Pick<PortalSession, 'view'>;
  /** Whether the portal is in a frame: the host has its own way back then. */
  readonly isFramed: boolean;
  readonly ways: Ways;
}

/** The whole page. Screens stay while the session is renewed, and after its end, with what was typed in them. */
export function PortalPage({ session, isFramed, ways }: PortalPageProps) {
  const { phase, terms, words } = useStore(session.view);
  return (
    <>
      {terms !== null && <SkipLink />}
      <div className="flex h-full flex-col">
        <ServerAway />
        {phase === 'renewing' && <RenewingBar />}
        <Suspense>
          {phase === 'ended' && terms !== null && <EndedBar words={words} ways={ways} />}
          {phase === 'ended' && terms === null && <EndedPage words={words} ways={ways} />}
        </Suspense>
        {terms !== null && (
          <Screens
            // What one customer chose and typed is not for the next.
            key={scopeOf(terms)}
            returnUrl={isFramed ? null : terms.return_url}
            isOpen={phase === 'open'}
          />
        )}
        {terms === null && phase === 'opening' && <Skeleton lines={8} className="p-6" />}
      </div>
      <Toasts />
      <Suspense>
        <HintLayer />
      </Suspense>
    </>
  );
}

function SkipLink() {
  return (
    <a
      href="#main"
      className="absolute top-2 left-2 z-50 -translate-y-16 rounded-md bg-primary px-3 py-1.5 text-primary-foreground focus:translate-y-0"
    >
      Skip to the content
    </a>
  );
}

function RenewingBar() {
  return (
    <p role="status" className="border-b border-border bg-muted px-6 py-1.5 text-muted-foreground max-md:px-4">
      Your session is being renewed. Nothing is lost.
    </p>
  );
}

interface ScreensProps {
  readonly returnUrl: string | null;
  /** Whether the session is in use: without one, nothing is live. */
  readonly isOpen: boolean;
}

function Screens(props: ScreensProps) {
  return (
    <>
      <Heading {...props} />
      <main id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
        <ErrorBoundary>
          <SubscriptionNames>
            <Content />
          </SubscriptionNames>
        </ErrorBoundary>
      </main>
    </>
  );
}

/** The way back, the screens, and whether they are live. */
function Heading({ returnUrl, isOpen }: ScreensProps) {
  const who = useStore(access);
  const places = who.state === 'signed-out' ? [] : placesFor(who.abilities);
  const isLive = isOpen && who.state !== 'signed-out' && who.abilities.includes('deliveries:read');
  return (
    <header className="flex h-12 shrink-0 items-center gap-4 border-b border-border px-6 max-md:gap-2 max-md:px-4">
      {returnUrl !== null && <WayBack url={returnUrl} />}
      <nav aria-label="Screens" className="-mx-2 flex min-w-0 flex-1 gap-1 overflow-x-auto px-2 [scrollbar-width:none]">
        {places.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            className="flex h-8 shrink-0 items-center rounded-md px-2.5 text-muted-foreground hover:bg-accent hover:text-foreground max-sm:px-2"
            activeOptions={{ includeSearch: false }}
            activeProps={{ className: 'bg-accent font-medium text-foreground' }}
          >
            {label}
          </Link>
        ))}
      </nav>
      <Suspense>{isLive && <Live />}</Suspense>
    </header>
  );
}

function WayBack({ url }: { readonly url: string }) {
  const place = URL.parse(url)?.host ?? url;
  return (
    <a
      href={url}
      aria-label={`Back to ${place}`}
      className={cx(
        'flex h-8 shrink-0 items-center gap-1.5 border-r border-border pr-4 text-muted-foreground',
        'hover:text-foreground max-md:pr-3',
      )}
    >
      <ArrowLeft aria-hidden className="size-4 shrink-0" />
      <span className="max-w-56 truncate max-md:sr-only">{place}</span>
    </a>
  );
}

function Content() {
  const who = useStore(access);
  const { pathname } = useLocation();
  const [first] = who.state === 'signed-out' ? [] : placesFor(who.abilities);
  if (first === undefined) {
    return (
      <Notice title="There is nothing to see here">
        <p>Your session shows no screen. Ask the people who sent you here for more access.</p>
      </Notice>
    );
  }
  if (pathname === '/') return <Navigate to={first.to} search={true} replace />;
  return <Outlet fallback={<NoSuchScreen to={first.to} label={first.label} />} />;
}

function NoSuchScreen({ to, label }: { readonly to: string; readonly label: string }) {
  return (
    <Notice title="There is no such screen">
      <p>It does not exist, or this portal does not show it.</p>
      <Link to={to} className="font-medium text-brand underline">
        {label}
      </Link>
    </Notice>
  );
}
