import { Store, useStore } from '../lib/store';
import { answerOf, Refused } from './failure';
import { createSession, endSession, getSession, type SessionAnswer } from './generated';

/*
 * Who uses the page, and how its requests say so. Nothing else knows. A session is a cookie that this page cannot read;
 * the header shows that no form of another site sent a request.
 */

export type Ability = SessionAnswer['capabilities'][number];

type Access =
  | { readonly state: 'signed-out'; readonly refusal: string | null }
  | {
      /** `ended`: the session is over. What is on the screen stays, and the sign-in comes over it. */
      readonly state: 'open' | 'signed-in' | 'ended';
      readonly role: SessionAnswer['role'];
      /** The tenant of the key; null for all tenants. */
      readonly tenantId: string | null;
      /** The API key, which has one role and one tenant for good; null without one. */
      readonly keyId?: string | null;
      readonly abilities: readonly Ability[];
      /** Whether a portal session is limited to some subscriptions. */
      readonly isLimited?: boolean;
      /** When the session ends unless it is used until then; null without a session. */
      readonly expiresAt?: string | null;
    };

export const access = new Store<Access>({ state: 'signed-out', refusal: null });

/** The tenant that an admin of all tenants looks at; null for the one of the session. */
export const tenant = new Store<string | null>(null);

const OWN_PAGE = { 'X-Requested-With': 'webhooks' } as const;

/** Headers of each request. */
export function requestHeaders(): Record<string, string> {
  const tenantId = tenant.get();
  return { ...OWN_PAGE, ...(tenantId !== null && { 'X-Tenant': tenantId }) };
}

/** Whether the caller may do what takes all of these. What it may not do is not offered. */
export function useMay(...needed: readonly Ability[]): boolean {
  const who = useStore(access);
  return who.state !== 'signed-out' && needed.every((each) => who.abilities.includes(each));
}

/** Whether the caller sees some subscriptions only, and so may add none. */
export function useIsLimited(): boolean {
  const who = useStore(access);
  return who.state !== 'signed-out' && who.isLimited === true;
}

export function useMayMakeSubscriptions(): boolean {
  const isLimited = useIsLimited();
  return useMay('subscriptions:write', 'secrets:read') && !isLimited;
}

/** Whether a command with a key, or without one where none is needed, is of use to the caller. Portals have no key. */
export function useMayRunCommands(): boolean {
  const who = useStore(access);
  return who.state !== 'signed-out' && who.role !== null;
}

/** Whether somebody may act here. After the end of a session, it may be somebody else who sits here. */
export function isInUse(): boolean {
  const { state } = access.get();
  return state === 'open' || state === 'signed-in';
}

let stay = new AbortController();

function endStay(): void {
  stay.abort();
  stay = new AbortController();
}

tenant.subscribe(endStay);
access.subscribe(() => {
  if (!isInUse()) endStay();
});

/** Aborts as soon as requests would be made for whoever signs in next, or go to another tenant. */
export function thisStay(): AbortSignal {
  return stay.signal;
}

/** Asks the service who this browser is: nobody, a session that it has, or everyone, where no key is needed. */
export async function beginAccess(): Promise<void> {
  try {
    enter(await answerOf(getSession()));
  } catch (error) {
    access.set({ state: 'signed-out', refusal: isUnknown(error) ? null : refusalOf(error) });
  }
}

/**
 * Exchanges an API key for a session.
 *
 * @throws Refused if the key is wrong; Unreachable
 */
export async function signIn(given: string): Promise<void> {
  enter(await answerOf(createSession({ headers: OWN_PAGE, body: { key: given.trim() } })));
}

/** @throws Unreachable, Refused; the session has not ended then */
export async function signOut(): Promise<void> {
  await answerOf(endSession().then((result) => ({ ...result, data: true })));
  access.set({ state: 'signed-out', refusal: null });
}

/**
 * The service refused a request: the session was revoked, or it has expired. Also asks to sign in again before that.
 */
export function noteRefusedKey(): void {
  const who = access.get();
  if (who.state === 'signed-in') access.set({ ...who, state: 'ended' });
}

/** Why a sign-in failed, in one sentence. */
export function refusalOf(error: unknown): string {
  if (isUnknown(error)) return 'This key is not known. Check that you copied all of it.';
  return error instanceof Error ? error.message : 'That did not work.';
}

/** Goes on as the service says. Whoever has another key finds nothing of what was on the page. */
export function enter(answer: SessionAnswer): void {
  const {
    access: way,
    role,
    tenant_id: tenantId,
    key_id: keyId,
    capabilities: abilities,
    expires_at: expiresAt,
  } = answer;
  const before = access.get();
  if (before.state !== 'signed-out' && before.keyId !== keyId) access.set({ state: 'signed-out', refusal: null });
  access.set({ state: way === 'open' ? 'open' : 'signed-in', role, tenantId, keyId, abilities, expiresAt });
}

function isUnknown(error: unknown): boolean {
  return error instanceof Refused && error.status === 401;
}
