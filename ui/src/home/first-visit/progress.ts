import { tenant } from '../../api/access';
import { Store, useStore } from '../../lib/store';

/** How far somebody is with the first steps, in this browser. What the data shows is not kept. */
export interface Progress {
  readonly subscriptionId: string | null;
  readonly eventId: string | null;
  /** The event that was published to see it fail. */
  readonly failingEventId: string | null;
  readonly isVerified: boolean;
}

/** Null before the first step; `over` when the steps need not be shown again. */
type Kept = Progress | 'over' | null;

const OVER = 'over';
const NOTHING: Progress = { subscriptionId: null, eventId: null, failingEventId: null, isVerified: false };
/** What a browser holds that keeps nothing for pages. */
const unkept = new Map<string, string>();
const changes = new Store(0);

export function useProgress(): Kept {
  useStore(changes);
  return read(nameFor(useStore(tenant)));
}

export function noteProgress(change: Partial<Progress>): void {
  const name = nameFor(tenant.get());
  const before = read(name);
  if (before !== OVER) write(name, JSON.stringify({ ...NOTHING, ...before, ...change }));
}

/** Somebody is done with the first steps, or does not want them. */
export function endFirstVisit(): void {
  write(nameFor(tenant.get()), OVER);
}

function nameFor(tenantId: string | null): string {
  return tenantId === null ? 'first-visit' : `first-visit:${tenantId}`;
}

function read(name: string): Kept {
  const text = unkept.get(name) ?? stored(name);
  if (text === null || text === OVER) return text;
  try {
    return judged(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Other pages of this origin can write there, too. */
function judged(value: unknown): Progress {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const idOf = (id: unknown): string | null => (typeof id === 'string' ? id : null);
  return {
    subscriptionId: idOf(given.subscriptionId),
    eventId: idOf(given.eventId),
    failingEventId: idOf(given.failingEventId),
    isVerified: given.isVerified === true,
  };
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    unkept.set(name, text);
  }
  changes.update((count) => count + 1);
}
