import type { Terms } from './portal-session';

/** What a tab may know after a reload: pages of the host, and where it was. Neither a code nor a token. */
export interface Memory extends Pick<Terms, 'tenant_id' | 'return_url' | 'refresh_url'> {
  /** When the customer was sent away to renew the session, and from which URL of the portal; null otherwise. */
  readonly left: { readonly atMs: number; readonly url: string } | null;
}

const NAME = 'webhook-portal';

export function remember(memory: Memory): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(memory));
  } catch {
    // Storage is forbidden, as it may be in a frame: a reload knows nothing then.
  }
}

/** @returns null if this tab had no session, or one of another tenant */
export function recall(tenantId: string | null): Memory | null {
  try {
    const memory = JSON.parse(sessionStorage.getItem(NAME) ?? 'null') as Memory | null;
    return memory?.tenant_id === tenantId ? memory : null;
  } catch {
    return null;
  }
}
