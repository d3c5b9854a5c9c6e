import {
  type AnchorHTMLAttributes,
  createContext,
  type MouseEvent,
  type ReactNode,
  Suspense,
  use,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { ErrorBoundary } from '../../components/error-boundary';
import { Skeleton } from '../../components/states';
import { cx } from '../../lib/cx';
import { useStore } from '../../lib/store';
import { matchOf, type Match, searchIn } from './match';
import { block, type Blocker, type Destination, go, hrefOf, pathIn, type Place, place, routes } from './place';

/*
 * What the screens use of the router of the dashboard, for the few routes of the portal. The build of the portal puts
 * it in place of `@tanstack/react-router`, which alone would be a quarter of the first load. A name that is missing
 * here fails the build.
 */

interface From {
  /** Path of the route whose parameters are wanted; the innermost one if it is absent. */
  readonly from?: string;
  readonly strict?: boolean;
}

function useMatch(): Match | null {
  const { pathname } = useStore(place);
  const all = useStore(routes);
  return useMemo(() => matchOf(all, pathname), [all, pathname]);
}

export function useNavigate(): (destination: Destination) => Promise<void> {
  return go;
}

export function useLocation(): ReturnType<typeof place.get> {
  return useStore(place);
}

export function useParams({ select }: From & { readonly select?: (params: object) => unknown } = {}): unknown {
  const params = useMatch()?.params ?? {};
  return select === undefined ? params : select(params);
}

export function useSearch({ from, select }: From & { readonly select?: (search: object) => unknown } = {}): unknown {
  const { search } = useStore(place);
  const match = useMatch();
  const shown = useMemo(() => {
    const chain = match?.routes ?? [];
    const end = chain.findIndex(({ path }) => path === from);
    const read = end === -1 ? chain : chain.slice(0, end + 1);
    return read.reduce<object>((given, { readSearch }) => ({ ...given, ...readSearch?.({ ...given }) }), search);
  }, [search, match, from]);
  return select === undefined ? shown : select(shown);
}

/** @returns a function that tells whether the page is at a route: its parameters, or false */
export function useMatchRoute(): (wanted: { readonly to: string }) => Match['params'] | false {
  const match = useMatch();
  return ({ to }) => (match?.routes.at(-1)?.path === to ? match.params : false);
}

const Depth = createContext(0);

/**
 * Shows the screen of the URL, or within a screen what belongs into it.
 *
 * @param fallback shown where there is no such screen
 */
export function Outlet({ fallback = null }: { readonly fallback?: ReactNode }) {
  const depth = use(Depth);
  const route = useMatch()?.routes[depth];
  if (route === undefined) return fallback;
  const Component = route.component;
  return (
    <Depth value={depth + 1}>
      <ErrorBoundary key={route.path}>
        <Suspense fallback={<Skeleton lines={12} className="p-6" />}>
          <Component />
        </Suspense>
      </ErrorBoundary>
    </Depth>
  );
}

interface ActiveOptions {
  readonly exact?: boolean;
  readonly includeSearch?: boolean;
}

/** Whether a link leads to where the page is, or to what is around it. */
function isAt({ pathname, search }: Place, href: string, options: ActiveOptions = {}): boolean {
  const { exact = false, includeSearch = true } = options;
  const path = pathIn(href);
  if (pathname !== path && (exact || !pathname.startsWith(`${path}/`))) return false;
  const wanted = Object.entries(searchIn(/\?.*$/s.exec(href)?.[0] ?? ''));
  return !includeSearch || wanted.every(([name, value]) => search[name] === value);
}

interface LinkProps extends Destination, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly activeProps?: { readonly className?: string };
  readonly activeOptions?: ActiveOptions;
  readonly preload?: unknown;
  readonly children?: ReactNode;
}

/** A link to a screen of the portal. Where the portal does not have the screen, its text alone. */
export function Link(props: LinkProps) {
  const { to, params, search, state, replace, activeProps, activeOptions, preload: _, children, ...rest } = props;
  const { onClick, className, ...attributes } = rest;
  // Links may keep what the URL says.
  const now = useStore(place);
  const all = useStore(routes);
  const destination: Destination = { to, params, search, state, replace };
  const href = hrefOf(destination);
  const path = pathIn(href);
  const match = matchOf(all, path);
  if (match === null) return <span className={className}>{children}</span>;
  const isActive = isAt(now, href, activeOptions);
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
    if (defaultPrevented || button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return;
    if (attributes.target !== undefined && attributes.target !== '_self') return;
    event.preventDefault();
    void go(destination);
  };
  const prepare = (): void => match.routes.forEach(({ preload }) => preload());
  return (
    <a
      {...attributes}
      href={href}
      aria-current={'aria-current' in attributes ? attributes['aria-current'] : isActive ? 'page' : undefined}
      className={cx(className, isActive && activeProps?.className)}
      onClick={follow}
      onPointerEnter={prepare}
      onFocus={prepare}
    >
      {children}
    </a>
  );
}

export function Navigate(destination: Destination) {
  useEffect(() => {
    void go(destination);
    // Once, as soon as it is there.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  return null;
}

interface BlockerOptions {
  readonly shouldBlockFn: Blocker;
  readonly enableBeforeUnload?: boolean | (() => boolean);
  readonly disabled?: boolean;
  readonly withResolver?: boolean;
}

interface Resolver {
  readonly status: 'idle' | 'blocked';
  readonly proceed?: () => void;
  readonly reset?: () => void;
}

/** Asks before a screen is left. With a resolver, the screen itself asks, and says what was answered. */
export function useBlocker(options: BlockerOptions): Resolver {
  const { shouldBlockFn, enableBeforeUnload = true, disabled = false, withResolver = false } = options;
  const [answer, setAnswer] = useState<((isStaying: boolean) => void) | null>(null);
  useEffect(() => {
    if (disabled) return;
    return block(async (change) => {
      if (!(await shouldBlockFn(change))) return false;
      if (!withResolver) return true;
      const isStaying = await new Promise<boolean>((resolve) => setAnswer(() => resolve));
      setAnswer(null);
      return isStaying;
    });
  }, [disabled, shouldBlockFn, withResolver]);
  useEffect(() => {
    if (disabled) return;
    const warn = (event: BeforeUnloadEvent): void => {
      if (typeof enableBeforeUnload === 'function' ? enableBeforeUnload() : enableBeforeUnload) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [disabled, enableBeforeUnload]);
  if (answer === null) return { status: 'idle' };
  return { status: 'blocked', proceed: () => answer(false), reset: () => answer(true) };
}
