import { Store } from '../../lib/store';
import { type Match, matchOf, pathOf, type Route, type Search, searchIn, textOf } from './match';

const BASE = '/portal';
/** The server needs it with each page, to know who may frame it. */
const KEPT = 'tenant';

/** Where the page is. */
export interface Place {
  /** Without the path of the portal: `/deliveries`. */
  readonly pathname: string;
  readonly search: Search;
  /** What a navigation passed on without writing it into the URL. Screens read its members, so it is never null. */
  readonly state: unknown;
}

type Change<T> = T | true | ((previous: T) => T);

/** Where to go, as for the router of the dashboard. */
export interface Destination {
  /** A route; the present one if it is absent or a dot. */
  readonly to?: string | undefined;
  readonly params?: Change<Readonly<Record<string, string>>>;
  readonly search?: Change<Readonly<Record<string, unknown>>>;
  readonly state?: Change<unknown>;
  readonly replace?: boolean | undefined;
}

/** Whether a navigation must not happen. */
export type Blocker = (change: { readonly current: Place; readonly next: Place }) => boolean | Promise<boolean>;

export const place = new Store<Place>(present());
export const routes = new Store<readonly Route[]>([]);
const blockers = new Set<Blocker>();

/** Shows what the URL says, now and whenever the browser goes back or forward. */
export function startRouting(given: readonly Route[]): () => void {
  routes.set(given);
  const follow = (): void => void comeBack();
  window.addEventListener('popstate', follow);
  place.set(present());
  return () => window.removeEventListener('popstate', follow);
}

function currentMatch(): Match | null {
  return matchOf(routes.get(), place.get().pathname);
}

/** The URL of a destination, to be shown in a link. */
export function hrefOf(destination: Destination): string {
  const { pathname, search } = resolved(destination);
  return `${BASE}${pathname}${textOf(search)}`;
}

/** Leaves everything on the page at once, because it belongs to another tenant now. */
export function startOver(tenantId: string): void {
  window.history.replaceState(null, '', `${BASE}${textOf({ [KEPT]: tenantId })}`);
  place.set(present());
}

/** Goes somewhere, unless something on the page must not be left. */
export async function go(destination: Destination): Promise<void> {
  const next = resolved(destination);
  if (await isBlocked(next)) return;
  const url = `${BASE}${next.pathname}${textOf(next.search)}`;
  if (destination.replace === true) window.history.replaceState(next.state, '', url);
  else window.history.pushState(next.state, '', url);
  place.set(present());
}

/** @returns a function that lets navigations happen again */
export function block(blocker: Blocker): () => void {
  blockers.add(blocker);
  return () => void blockers.delete(blocker);
}

async function isBlocked(next: Place): Promise<boolean> {
  const current = place.get();
  for (const blocker of blockers) if (await blocker({ current, next })) return true;
  return false;
}

/** The browser has gone back or forward already. If the page must not be left, its URL is put on top again. */
async function comeBack(): Promise<void> {
  const next = present();
  if (blockers.size === 0) {
    place.set(next);
    return;
  }
  const { pathname, search, state } = place.get();
  window.history.pushState(state, '', `${BASE}${pathname}${textOf(search)}`);
  if (await isBlocked(next)) return;
  window.history.replaceState(next.state, '', `${BASE}${next.pathname}${textOf(next.search)}`);
  place.set(next);
}

function resolved({ to = '.', params = true, search = {}, state }: Destination): Place {
  const now = place.get();
  const match = currentMatch();
  const route = to === '.' ? (match?.routes.at(-1)?.path ?? now.pathname) : to;
  const given = changed(params, match?.params ?? {});
  const { [KEPT]: kept } = now.search;
  const wanted = changed<Readonly<Record<string, unknown>>>(search, now.search);
  const next = Object.fromEntries(
    Object.entries({ ...(kept !== undefined && { [KEPT]: kept }), ...wanted }).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
  return {
    pathname: pathOf(route, { ...match?.params, ...given }),
    search: next,
    state: state === undefined ? null : changed(state, now.state),
  };
}

function changed<T>(change: Change<T>, previous: T): T {
  if (change === true) return previous;
  return typeof change === 'function' ? (change as (previous: T) => T)(previous) : change;
}

/** The path of a URL within the portal. */
export function pathIn(href: string): string {
  const path = href.replace(/[?#].*$/s, '');
  return (path.startsWith(BASE) ? path.slice(BASE.length) : path).replace(/\/+$/, '') || '/';
}

function present(): Place {
  const { pathname, search } = window.location;
  return {
    pathname: pathIn(pathname),
    search: searchIn(search),
    state: (window.history.state as unknown) ?? {},
  };
}
