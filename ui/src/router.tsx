import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  retainSearchParams,
  type RouterHistory,
} from '@tanstack/react-router';
import { readAdminSearch } from './admin/admin-search';
import { tenant } from './api/access';
import { Failed, Notice, Skeleton } from './components/states';
import { buttonClass } from './components/ui/button';
import { readDeliverySearch, readDrawerSearch } from './deliveries/delivery-search';
import { readEventDrawerSearch, readEventSearch } from './events/event-search';
import { useStore } from './lib/store';
import { readRange } from './plots/range';
import { readReplaySearch } from './replays/replay-search';
import { readPublishSearch } from './publish/publish-search';
import { serverConfig } from './shell/config-store';
import { Shell } from './shell/shell';
import type { NewSearch, SubscriptionSearch, SubscriptionsSearch } from './subscriptions/subscription-search';

const TENANT = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

interface RootSearch {
  /** The tenant that an admin of all tenants looks at. */
  readonly tenant?: string;
}

const rootRoute = createRootRoute({
  validateSearch: ({ tenant: given }: Record<string, unknown>): RootSearch =>
    typeof given === 'string' && TENANT.test(given) ? { tenant: given } : {},
  search: { middlewares: [retainSearchParams(['tenant'])] },
  // A link that is only pointed at is loaded ahead, which changes nothing yet.
  beforeLoad: ({ search, preload }) => {
    if (!preload) tenant.set(search.tenant ?? null);
  },
  component: Page,
});

function Page() {
  return <Shell version={useStore(serverConfig).version} />;
}

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: readRange,
  component: lazyRouteComponent(() => import('./home/first-screen')),
});

const deliveriesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/deliveries',
  validateSearch: readDeliverySearch,
  component: lazyRouteComponent(() => import('./deliveries/deliveries-screen')),
});

const deliveryRoute = createRoute({
  getParentRoute: () => deliveriesRoute,
  path: '$deliveryId',
  validateSearch: readDrawerSearch,
  component: lazyRouteComponent(() => import('./deliveries/drawer/delivery-drawer')),
});

const eventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/events',
  validateSearch: readEventSearch,
  component: lazyRouteComponent(() => import('./events/events-screen')),
});

const eventRoute = createRoute({
  getParentRoute: () => eventsRoute,
  path: '$eventId',
  validateSearch: readEventDrawerSearch,
  component: lazyRouteComponent(() => import('./events/drawer/event-drawer')),
});

const publishRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/publish',
  validateSearch: readPublishSearch,
  component: lazyRouteComponent(() => import('./publish/publish-screen')),
});

const subscriptionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/subscriptions',
  validateSearch: (given: Record<string, unknown>) => given as SubscriptionsSearch,
  component: lazyRouteComponent(() => import('./subscriptions/subscriptions-screen')),
});

const newSubscriptionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/subscriptions/new',
  validateSearch: (given: Record<string, unknown>) => given as NewSearch,
  component: lazyRouteComponent(() => import('./subscriptions/new/new-subscription-screen')),
});

const subscriptionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/subscriptions/$subscriptionId',
  // Its tab has other names than that of a delivery, whose links keep what the URL says.
  validateSearch: (given: Record<string, unknown>) => given as Omit<SubscriptionSearch, 'tab'>,
  component: lazyRouteComponent(() => import('./subscriptions/subscription-screen')),
});

const liveRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/live',
  validateSearch: readDeliverySearch,
  component: lazyRouteComponent(() => import('./live-screen/live-screen')),
});

const liveDeliveryRoute = createRoute({
  getParentRoute: () => liveRoute,
  path: '$deliveryId',
  validateSearch: readDrawerSearch,
  component: lazyRouteComponent(() => import('./deliveries/drawer/delivery-drawer')),
});

const replaysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/replays',
  validateSearch: readReplaySearch,
  component: lazyRouteComponent(() => import('./replays/replays-screen')),
});

const newReplayRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/replays/new',
  validateSearch: readReplaySearch,
  component: lazyRouteComponent(() => import('./replays/new-replay-screen')),
});

const replayRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/replays/$replayId',
  component: lazyRouteComponent(() => import('./replays/replay-screen')),
});

const verifyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/verify',
  component: lazyRouteComponent(() => import('./verify/verify-screen')),
});

const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin',
  validateSearch: readAdminSearch,
  component: lazyRouteComponent(() => import('./admin/admin-screen')),
});

/** @param history of the browser, unless a test has one of its own */
export function makeRouter(history?: RouterHistory) {
  return createRouter({
    history,
    routeTree: rootRoute.addChildren([
      homeRoute,
      deliveriesRoute.addChildren([deliveryRoute]),
      eventsRoute.addChildren([eventRoute]),
      publishRoute,
      subscriptionsRoute,
      newSubscriptionRoute,
      subscriptionRoute,
      liveRoute.addChildren([liveDeliveryRoute]),
      replaysRoute,
      newReplayRoute,
      replayRoute,
      verifyRoute,
      adminRoute,
    ]),
    basepath: '/ui',
    defaultPreload: 'intent',
    // What the URL says is shown as it is: ?status=failed,retrying
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch,
    defaultPendingComponent: () => <Skeleton lines={12} className="p-6" />,
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} />,
    defaultNotFoundComponent: NoSuchScreen,
  });
}

function stringifySearch(search: Record<string, unknown>): string {
  const entries = Object.entries(search).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  // Commas and stars are fine in a query, and a person can read them.
  const text = new URLSearchParams(entries).toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

function NoSuchScreen() {
  return (
    <Notice title="There is no such screen">
      <Link to="/deliveries" className={buttonClass()}>
        Deliveries
      </Link>
    </Notice>
  );
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
