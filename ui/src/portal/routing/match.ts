import type { ComponentType } from 'react';

/** What a URL says after its path. */
export type Search = Readonly<Record<string, string>>;

/** A screen and its place. */
export interface Route {
  /** In the form of the dashboard's routes: `/deliveries/$deliveryId`. */
  readonly path: string;
  /** Path of the screen in whose outlet it is shown. */
  readonly parent?: string;
  /** Reads the parameters that the screen knows. */
  readonly readSearch?: (given: Record<string, unknown>) => object;
  readonly component: ComponentType;
  /** Loads the code of the component before it is shown. */
  readonly preload: () => void;
}

/** The screens that a path shows, outermost first. */
export interface Match {
  readonly routes: readonly Route[];
  readonly params: Readonly<Record<string, string>>;
}

/** @returns null if no screen has this path */
export function matchOf(routes: readonly Route[], pathname: string): Match | null {
  const found = routes.flatMap((route) => {
    const params = paramsIn(route.path, pathname);
    return params === null ? [] : [{ route, params }];
  });
  // `/subscriptions/new` rather than `/subscriptions/$subscriptionId`.
  const [best] = found.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  if (best === undefined) return null;
  return { routes: withParents(routes, best.route), params: best.params };
}

function withParents(routes: readonly Route[], route: Route): Route[] {
  const parent = routes.find(({ path }) => path === route.parent);
  return parent === undefined ? [route] : [...withParents(routes, parent), route];
}

function paramsIn(path: string, pathname: string): Record<string, string> | null {
  const [wanted, given] = [segmentsOf(path), segmentsOf(pathname)];
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('$')) params[segment.slice(1)] = decoded(value);
    else if (segment !== value) return null;
  }
  return params;
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The path of a route with its parameters filled in. */
export function pathOf(route: string, params: Readonly<Record<string, string>>): string {
  return route.replace(/\$(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

export function searchIn(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

/** As in the dashboard, so that a link reads the same in both. */
export function textOf(search: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(search).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  const text = new URLSearchParams(entries).toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}
