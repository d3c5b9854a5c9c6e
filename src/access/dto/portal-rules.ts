import type { Fault } from '../../shared/errors/domain-error.js';
import { EachRule } from '../../shared/http/input-fields.js';
import { lengthOf, Rule } from '../../shared/http/rules.js';
import { idPattern } from '../../shared/ids/public-id.js';
import { LIMITS } from '../../shared/limits.js';
import { isOwnName } from '../../shared/net/loopback.js';
import { CAPABILITIES } from '../domain/capability.js';

const SUBSCRIPTION_ID = idPattern(['sub']);
const fault = (detail: string, pointer = ''): Fault => ({ pointer, detail });

/** A list without repetitions. @param faultOf says what is wrong with an item; null if nothing is */
function listFaults(
  value: unknown,
  { max, what }: { readonly max: number; readonly what: string },
  faultOf: (item: unknown) => string | null,
): Fault[] {
  if (!Array.isArray(value) || value.length > max) return [fault(`must be a list of at most ${max} ${what}`)];
  return value.flatMap((item: unknown, index) => {
    const detail = faultOf(item) ?? (value.indexOf(item) < index ? 'is in the list twice; remove it' : null);
    return detail === null ? [] : [fault(detail, `/${index}`)];
  });
}

export const IsCapabilities = (): PropertyDecorator =>
  EachRule('capabilities', (value) => {
    if (Array.isArray(value) && value.length === 0) return [fault('must name at least one capability')];
    return listFaults(value, { max: CAPABILITIES.length, what: 'capabilities' }, (item) =>
      (CAPABILITIES as readonly unknown[]).includes(item) ? null : `must be one of ${CAPABILITIES.join(', ')}`,
    );
  });

export const IsSubscriptionIds = (): PropertyDecorator =>
  EachRule('subscriptionIds', (value) => {
    if (Array.isArray(value) && value.length === 0) {
      return [fault('must name at least one subscription; leave it out for all of the tenant')];
    }
    return listFaults(value, { max: LIMITS.portalSubscriptions, what: 'ids of subscriptions' }, (item) =>
      typeof item === 'string' && SUBSCRIPTION_ID.test(item) ? null : 'must be the id of a subscription (sub_…)',
    );
  });

/** Origins that may embed the portal. They become part of a header, so each must be exactly an origin. */
export const IsOrigins = (): PropertyDecorator =>
  EachRule('origins', (value) =>
    listFaults(value, { max: LIMITS.frameAncestors, what: 'origins' }, (item) =>
      isOrigin(item) ? null : 'must be an origin such as https://app.example.com, without a path',
    ),
  );

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > LIMITS.urlLength) return false;
  const url = URL.parse(value);
  return url?.origin === value && isSafe(url);
}

/** A page of the host: a browser is sent there. */
export const IsPageUrl = (): PropertyDecorator =>
  Rule('pageUrl', (value) => {
    if (typeof value !== 'string') return 'must be a URL';
    if (lengthOf(value) > LIMITS.urlLength) return `must be at most ${LIMITS.urlLength} characters`;
    const url = /^https?:\/\/[^\\/\s][^\\\s]*$/i.test(value) ? URL.parse(value) : null;
    const isPlain = url?.username === '' && url.password === '' && isSafe(url);
    return isPlain ? null : 'must be an https URL without a user name, or an http URL of this machine';
  });

/** A name or an address. `URL` takes more, such as ";", which would begin another directive of a header. */
const HOST = /^([a-z0-9-]+(\.[a-z0-9-]+)*\.?|\[[0-9a-f:.]+\])$/;

/** https, or this machine, where there is nobody on the way. */
function isSafe({ protocol, hostname }: URL): boolean {
  if (!HOST.test(hostname)) return false;
  return protocol === 'https:' || (protocol === 'http:' && isOwnName(hostname.replace(/^\[(.*)\]$/, '$1')));
}
