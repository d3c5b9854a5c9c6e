import type { Fault } from '../../shared/errors/domain-error.js';
import type { SealedAuth, SealedHeaders } from './sealed.js';

/** Where deliveries go, and what goes with them that nobody is shown. */
interface Addressed {
  readonly targetUrl: string;
  readonly headers: SealedHeaders;
  readonly auth: SealedAuth | null;
}

const DETAIL =
  'was given for the former target_url and does not go to another host by itself: give it again beside the new one, or take it away';

/**
 * Credentials for one receiver do not follow the subscription to another: who may change the target, and is shown no
 * credentials, could have them sent to himself. A box that is still the same was not given again.
 */
export function strayCredentials(former: Addressed, { targetUrl, headers, auth }: Addressed): Fault[] {
  if (new URL(targetUrl).origin === new URL(former.targetUrl).origin) return [];
  const formerBoxes = new Set(Object.values(former.headers).map((value) => typeof value === 'object' && value.box));
  const kept = Object.entries(headers).filter(([, value]) => typeof value === 'object' && formerBoxes.has(value.box));
  return [
    ...(auth !== null && auth.box === former.auth?.box ? [{ pointer: '/auth', detail: DETAIL }] : []),
    ...kept.map(([name]) => ({ pointer: `/headers/${name}`, detail: DETAIL })),
  ];
}
