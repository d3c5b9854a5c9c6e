import { Store } from '../lib/store';
import { answerOf, Refused } from './failure';
import { listSubscriptions } from './generated';

/*
 * Who uses the dashboard, and how its requests say so. Nothing else knows: sessions with a cookie take the place of the
 * key here, and nowhere else.
 */

type Access =
  | { readonly state: 'open' }
  | { readonly state: 'signed-out'; readonly refusal: string | null }
  | { readonly state: 'signed-in' };

export const access = new Store<Access>({ state: 'signed-out', refusal: null });

/** The tenant that an admin of all tenants looks at; null for the one of the key. */
export const tenant = new Store<string | null>(null);

/** In memory only: no page can read it after this one, and a reload forgets it. */
let key: string | null = null;

/** Headers of each request. */
export function requestHeaders(): Record<string, string> {
  const tenantId = tenant.get();
  return {
    ...(key !== null && { Authorization: `Bearer ${key}` }),
    ...(tenantId !== null && { 'X-Tenant': tenantId }),
  };
}

/** Takes up what the server says about access. */
export function beginAccess(isOpen: boolean): void {
  access.set(isOpen ? { state: 'open' } : { state: 'signed-out', refusal: null });
}

/**
 * Signs in with an API key.
 *
 * @throws Refused if the key is wrong or may read nothing; Unreachable
 */
export async function signIn(given: string): Promise<void> {
  key = given.trim();
  try {
    await answerOf(listSubscriptions({ query: { limit: 1 } }));
    access.set({ state: 'signed-in' });
  } catch (error) {
    key = null;
    throw error;
  }
}

export function signOut(): void {
  key = null;
  access.set({ state: 'signed-out', refusal: null });
}

/** The service refused the key of a request: it was revoked, or it has expired. */
export function noteRefusedKey(): void {
  if (access.get().state !== 'signed-in') return;
  key = null;
  access.set({ state: 'signed-out', refusal: 'Your key is no longer accepted. Sign in with another one to go on.' });
}

/** Why a sign-in failed, in one sentence. */
export function refusalOf(error: unknown): string {
  if (error instanceof Refused && error.status === 401)
    return 'This key is not known. Check that you copied all of it.';
  return error instanceof Error ? error.message : 'That did not work.';
}
