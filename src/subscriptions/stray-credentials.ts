import type { Fault } from '../shared/errors/domain-error.js';
import { pointerTo } from '../shared/http/json-pointer.js';
import type { SealedAuth, SealedHeaders } from './domain/sealed.js';

/** A target and the credentials that are sent to it. */
interface Target {
  readonly targetUrl: string;
  readonly headers: SealedHeaders;
  readonly auth: SealedAuth | null;
}

const DETAIL =
  'was set for the previous target_url and must not be sent to another origin; give it again with the new target_url, or remove it';

/**
 * Returns a fault for each credential that would follow the subscription to another origin. Otherwise a client that may
 * change the target, but may not see the credentials, could have them sent to its own server. A box that is unchanged
 * was not given again.
 */
export function strayCredentials(previous: Target, { targetUrl, headers, auth }: Target): Fault[] {
  if (new URL(targetUrl).origin === new URL(previous.targetUrl).origin) return [];
  const previousBoxes = new Set(Object.values(previous.headers).map((value) => typeof value === 'object' && value.box));
  const kept = Object.entries(headers).filter(([, value]) => typeof value === 'object' && previousBoxes.has(value.box));
  return [
    ...(auth !== null && auth.box === previous.auth?.box ? [{ pointer: '/auth', detail: DETAIL }] : []),
    ...kept.map(([name]) => ({ pointer: `/headers${pointerTo(name)}`, detail: DETAIL })),
  ];
}
