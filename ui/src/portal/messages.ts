/*
 * What the portal and the page around it say to each other by `postMessage`. They are a public interface, described in
 * docs/portal.md. None carries a token, and only one a code.
 */

/**
 * Why the portal needs a new link: its session ends in a minute, it has ended, or the page was reloaded and with it the
 * token lost.
 */
export type ExpiredReason = 'expiring' | 'ended' | 'reloaded';

export type ToHost =
  /** The portal shows its screens. `expires_at` is an ISO 8601 time. */
  | { readonly type: 'webhook-portal:ready'; readonly expires_at: string }
  /** The portal waits for a new link. */
  | { readonly type: 'webhook-portal:expired'; readonly reason: ExpiredReason }
  /** Height in pixels at which nothing of the screen needs scrolling. */
  | { readonly type: 'webhook-portal:size'; readonly height: number };

export interface ToPortal {
  readonly type: 'webhook-portal:link';
  /** A new link, as `POST /portal-sessions` answered it. */
  readonly url: string;
}

/** @returns null if it is something else: other scripts of the host send messages, too */
export function readToPortal(data: unknown): ToPortal | null {
  if (typeof data !== 'object' || data === null) return null;
  const { type, url } = data as Partial<ToPortal>;
  return type === 'webhook-portal:link' && typeof url === 'string' ? { type, url } : null;
}
