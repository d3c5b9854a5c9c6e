import { useMemo, useSyncExternalStore } from 'react';
import { access, tenant } from '../../api/access';
import { useStore } from '../../lib/store';
import { type DeliverySearch, filtersOf, readDeliverySearch } from '../delivery-search';

/** Filters that somebody gave a name. */
export interface View {
  readonly name: string;
  /** As in the URL: `status=failed&event_type=order.*`. */
  readonly query: string;
}

/** More would not fit a menu. The oldest go. */
const MAX_VIEWS = 50;
const MAX_NAME = 60;

/** Takes over where the browser stores nothing, as in some frames. */
const memory = new Map<string, string>();
const listeners = new Set<() => void>();

export interface SavedViews {
  /** By name. */
  readonly views: readonly View[];
  /** A view of the same name is replaced. */
  readonly save: (name: string, search: DeliverySearch) => void;
  readonly remove: (name: string) => void;
}

/** The views of a tenant, which this browser keeps. Other tabs follow. */
export function useSavedViews(): SavedViews {
  const key = useKey();
  const text = useSyncExternalStore(subscribe, () => read(key));
  return useMemo(() => {
    const views = viewsIn(text);
    return {
      views: views.toSorted((one, other) => one.name.localeCompare(other.name)),
      save: (name, search) => {
        const view = { name: name.trim().slice(0, MAX_NAME), query: queryOf(search) };
        write(key, [...views.filter((each) => each.name !== view.name), view].slice(-MAX_VIEWS));
      },
      remove: (name) =>
        write(
          key,
          views.filter((each) => each.name !== name),
        ),
    };
  }, [key, text]);
}

function useKey(): string {
  const who = useStore(access);
  const own = who.state === 'signed-out' ? null : who.tenantId;
  return `webhooks.views.${useStore(tenant) ?? own ?? 'default'}`;
}

/** Filters as the text of a URL. The place in the list is no part of a view. */
export function queryOf(search: DeliverySearch): string {
  return new URLSearchParams(filtersOf(search)).toString();
}

export function searchOf({ query }: View): DeliverySearch {
  return readDeliverySearch(Object.fromEntries(new URLSearchParams(query)));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return memory.get(key) ?? '';
  }
}

function write(key: string, views: readonly View[]): void {
  const text = JSON.stringify(views);
  try {
    localStorage.setItem(key, text);
  } catch {
    memory.set(key, text);
  }
  for (const listener of listeners) listener();
}

/** What is stored may be of another version, or somebody else's. */
function viewsIn(text: string): readonly View[] {
  try {
    const stored: unknown = JSON.parse(text);
    return Array.isArray(stored) ? stored.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is View {
  const { name, query } = (value ?? {}) as Partial<Record<keyof View, unknown>>;
  return typeof name === 'string' && typeof query === 'string';
}
