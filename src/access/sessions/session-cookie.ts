import type { FastifyRequest } from 'fastify';
import { boundedCache } from '../../shared/bounded-cache.js';
import { isOwnName } from '../../shared/net/loopback.js';

/** A header that neither a form nor a script of another origin can send without being asked for first. */
export const COOKIE_HEADER = 'X-Requested-With';
export const COOKIE_HEADER_VALUE = 'webhooks';
const COOKIE_HEADER_KEY = COOKIE_HEADER.toLowerCase();

/**
 * Browsers take a cookie with this prefix only from the host itself and by https, so no neighbour in the domain can
 * plant one. On a loopback address there is no https, and no neighbour.
 */
const SECURE_NAME = '__Host-webhooks_session';
const LOCAL_NAME = 'webhooks_session';

type WithHeaders = Pick<FastifyRequest, 'headers'>;

/** The Host header in lower case, without port and brackets. */
export function hostOf({ headers: { host = '' } }: WithHeaders): string {
  return nameIn(host);
}

function nameIn(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** Whether an origin is that of the host that the request was sent to. */
export function isOwnOrigin(origin: string, { headers: { host = '' } }: WithHeaders): boolean {
  return /^https?:\/\/(.*)$/.exec(origin)?.[1] === host.toLowerCase();
}

/**
 * The values of the session cookie: several if somebody planted another one. The name that no neighbour can set goes
 * first. Browsers send no Origin with a GET, so a proxy that changes the Host can make it look local.
 */
export function sessionCookies(request: WithHeaders): string[] {
  const { cookie } = request.headers;
  if (cookie === undefined) return [];
  const secure = valuesOf(SECURE_NAME, cookie);
  return secure.length > 0 || !isLocal(request) ? secure : valuesOf(LOCAL_NAME, cookie);
}

function valuesOf(name: string, cookie: string): string[] {
  const start = `${name}=`;
  const found: string[] = [];
  for (const pair of cookie.split(';')) {
    const trimmed = pair.trim();
    if (trimmed.startsWith(start)) found.push(trimmed.slice(start.length));
  }
  return found;
}

/** Value of `Set-Cookie`. Without an age, a browser forgets the cookie when it is closed. */
export function setCookie(request: WithHeaders, token: string): string {
  return `${cookieName(request)}=${token}; ${attributesFor(request)}`;
}

/** Value of `Set-Cookie` that removes the cookie. */
export function clearCookie(request: WithHeaders): string {
  return `${cookieName(request)}=; ${attributesFor(request)}; Max-Age=0`;
}

/**
 * Whether a page of this service may have sent the request. A form cannot set the header. A script of another origin
 * must ask first, and gets no permission to send cookies. What browsers say of the sender must agree.
 */
export function isFromOwnPage(request: WithHeaders): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (request.headers[COOKIE_HEADER_KEY] !== COOKIE_HEADER_VALUE) return false;
  // Behind a proxy, the Host may be another one. Browsers compare with what they see themselves.
  if (site !== undefined) return site === 'same-origin';
  return origin === undefined || isOwnOrigin(origin, request);
}

/** Whether the browser would refuse the cookie: the page was loaded by http, and not from this machine. */
export function isInsecure(request: WithHeaders): boolean {
  return !isLocal(request) && request.headers.origin?.startsWith('http://') === true;
}

function cookieName(request: WithHeaders): string {
  return isLocal(request) ? LOCAL_NAME : SECURE_NAME;
}

function attributesFor(request: WithHeaders): string {
  return `Path=/; HttpOnly; SameSite=Strict${isLocal(request) ? '' : '; Secure'}`;
}

/**
 * Whether the page is on this machine, as Host and Origin say. A proxy may have changed the Host into an address of
 * this machine; only the Origin tells that browsers know the service by another name, or by https.
 */
export function isLocal({ headers: { host = '', origin } }: WithHeaders): boolean {
  if (!isOwnHost(host)) return false;
  return origin === undefined || isOwnHost(/^http:\/\/(.*)$/.exec(origin)?.[1] ?? '');
}

/** Whether hosts are names of this machine. There are few of them, and each request asks. */
const ownHosts = boundedCache<string, boolean>(100);

function isOwnHost(host: string): boolean {
  const known = ownHosts.get(host);
  if (known !== undefined) return known;
  const isOwn = isOwnName(nameIn(host));
  ownHosts.set(host, isOwn);
  return isOwn;
}
