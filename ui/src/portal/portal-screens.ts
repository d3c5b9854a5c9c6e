import { lazy } from 'react';
import type { Ability } from '../api/access';
import { readDeliverySearch, readDrawerSearch } from '../deliveries/delivery-search';
import { readEventDrawerSearch, readEventSearch } from '../events/event-search';
import { readReplaySearch } from '../replays/replay-search';
import type { Route } from './routing/match';

type Load = Parameters<typeof lazy>[0];

interface PortalRoute extends Omit<Route, 'component' | 'preload'> {
  /** What the session must allow for the screen to be of use. */
  readonly needs: Ability;
  readonly load: Load;
}

/**
 * The screens of the dashboard that a customer may have. A new one is an entry here, and one below if it has a place.
 */
const ROUTES: readonly PortalRoute[] = [
  {
    path: '/subscriptions',
    needs: 'subscriptions:read',
    load: () => import('../subscriptions/subscriptions-screen'),
  },
  {
    // It says itself why a session may not, and `new` is no id for the route below.
    path: '/subscriptions/new',
    needs: 'subscriptions:read',
    load: () => import('../subscriptions/new/new-subscription-screen'),
  },
  {
    path: '/subscriptions/$subscriptionId',
    needs: 'subscriptions:read',
    load: () => import('../subscriptions/subscription-screen'),
  },
  {
    path: '/deliveries',
    needs: 'deliveries:read',
    readSearch: readDeliverySearch,
    load: () => import('../deliveries/deliveries-screen'),
  },
  {
    path: '/deliveries/$deliveryId',
    parent: '/deliveries',
    needs: 'deliveries:read',
    readSearch: readDrawerSearch,
    load: () => import('../deliveries/drawer/delivery-drawer'),
  },
  {
    path: '/events',
    needs: 'deliveries:read',
    readSearch: readEventSearch,
    load: () => import('../events/events-screen'),
  },
  {
    path: '/events/$eventId',
    parent: '/events',
    needs: 'deliveries:read',
    readSearch: readEventDrawerSearch,
    load: () => import('../events/drawer/event-drawer'),
  },
  {
    path: '/replays',
    needs: 'replays:write',
    readSearch: readReplaySearch,
    load: () => import('../replays/replays-screen'),
  },
  {
    path: '/replays/new',
    needs: 'replays:write',
    readSearch: readReplaySearch,
    load: () => import('../replays/new-replay-screen'),
  },
  { path: '/replays/$replayId', needs: 'replays:write', load: () => import('../replays/replay-screen') },
  { path: '/verify', needs: 'deliveries:read', load: () => import('../verify/verify-screen') },
];

interface Place {
  readonly to: string;
  readonly label: string;
  readonly needs: Ability;
}

/** What the navigation offers, in this order. The first is shown first. */
const PLACES: readonly Place[] = [
  { to: '/subscriptions', label: 'Subscriptions', needs: 'subscriptions:read' },
  { to: '/deliveries', label: 'Deliveries', needs: 'deliveries:read' },
  // Without its payload, an event is no more than its deliveries.
  { to: '/events', label: 'Events', needs: 'payloads:read' },
  { to: '/replays', label: 'Replays', needs: 'replays:write' },
  { to: '/verify', label: 'Verify', needs: 'deliveries:read' },
];

export function placesFor(abilities: readonly Ability[]): readonly Place[] {
  const mayOpen = ({ to }: Place): boolean =>
    ROUTES.some(({ path, needs }) => path === to && abilities.includes(needs));
  return PLACES.filter((place) => abilities.includes(place.needs) && mayOpen(place));
}

export function routesFor(abilities: readonly Ability[]): readonly Route[] {
  return ALL.flatMap(({ needs, ...route }) => (abilities.includes(needs) ? [route] : []));
}

/** Each screen is loaded when it is wanted, once. */
const ALL = ROUTES.map(({ load, ...route }) => ({
  ...route,
  component: lazy(load),
  preload: () => void load().catch(() => undefined),
}));
