import { Outlet, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { access } from '../api/access';
import { ErrorBoundary } from '../components/error-boundary';
import { HintLayer } from '../components/hint';
import { Toasts } from '../components/toasts';
import { SubscriptionNames } from '../deliveries/subscription-name';
import { useKeys } from '../lib/keys';
import { useStore } from '../lib/store';
import { Navigation } from './navigation';
import { openWindow } from './open-window';
import { ServerAway } from './server-away';
import { useScreens } from './use-screens';

const Windows = lazy(() => import('./windows'));
const SignIn = lazy(() => import('./sign-in'));
const SignInOver = lazy(() => import('./sign-in-over'));
const SessionEnd = lazy(() => import('./session-end'));

/** The page around every screen. */
export function Shell({ version }: { readonly version: string }) {
  const who = useStore(access);
  return (
    <>
      <div className="flex h-full flex-col">
        <ServerAway />
        <Suspense>
          {who.state === 'signed-in' && <SessionEnd />}
          {who.state === 'ended' && <SignInOver />}
          {who.state === 'signed-out' && <SignIn refusal={who.refusal} />}
        </Suspense>
        {/* What somebody typed, or was shown once, is not for whoever signs in with another key. */}
        {who.state !== 'signed-out' && <SignedIn key={who.keyId} version={version} />}
      </div>
      <Toasts />
      <HintLayer />
    </>
  );
}

function SignedIn({ version }: { readonly version: string }) {
  const shown = useStore(openWindow);
  const navigate = useNavigate();
  const screens = useScreens();
  useKeys({
    'Mod+k': () => openWindow.set('palette'),
    '?': () => openWindow.set('shortcuts'),
    ...Object.fromEntries(screens.map(({ keys, to }) => [keys, () => void navigate({ to })])),
  });
  return (
    <div className="flex min-h-0 flex-1">
      <a
        href="#main"
        className="absolute top-2 left-2 z-50 -translate-y-16 rounded-md bg-primary px-3 py-1.5 text-primary-foreground focus:translate-y-0"
      >
        Skip to the content
      </a>
      <Navigation version={version} />
      <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        <ErrorBoundary>
          <SubscriptionNames>
            <Outlet />
          </SubscriptionNames>
        </ErrorBoundary>
      </main>
      {shown !== null && (
        <Suspense>
          <Windows shown={shown} onClose={() => openWindow.set(null)} />
        </Suspense>
      )}
    </div>
  );
}
