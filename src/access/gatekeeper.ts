import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions as FastifyRoute } from 'fastify';
import { isOwnName } from '../shared/net/loopback.js';
import { Settings } from '../shared/config/settings.js';
import { isDatabaseUnavailable } from '../shared/database/unavailable.js';
import { DomainError, InvalidInput } from '../shared/errors/domain-error.js';
import { type RouteOptions, routeOptionsOf } from '../shared/http/route-options.js';
import { clientAddressOf, networkOf } from '../shared/net/client-address.js';
import { Overloaded } from '../shared/http/intake.js';
import { Metrics, startAtZero } from '../shared/metrics/metrics.js';
import { Shares } from '../shared/shares.js';
import { ForeignHost, ForeignOrigin, NotPermitted, OtherTenant, RateLimited, TenantNotFound } from './access.errors.js';
import { addressOf, Caller, type Identity } from './caller.js';
import { may, type Permission } from './domain/role.js';
import { Identities } from './identities.js';
import { hideBodiesOf, refuseBeyondGrant } from './portal/portal-gate.js';
import { PublishQuota } from './quota/publish-quota.js';
import { hostOf, isOwnOrigin } from './sessions/session-cookie.js';
import { DEFAULT_TENANT } from './tenants/default-tenant.js';
import { publishRate, type Tenant } from './tenants/tenant.js';
import { TenantDirectory } from './tenants/tenant-directory.js';

/** A caller without a key while API_ACCESS is open. */
const ANONYMOUS: Identity = { keyId: null, role: 'admin', tenantId: null };

/**
 * Limits the requests that wait at once for a look-up of their key or tenant, or for the publishing quota. Almost no
 * request waits, because the answers are cached. The capacity is shared by client address until the caller is known,
 * and by tenant afterwards, so a flood of unknown keys does not block other callers.
 */
const MAX_WAITING = 1000;

/** Codes with which the gate refuses requests. */
const REFUSALS = [
  'unauthenticated',
  'session_ended',
  'foreign_request',
  'not_permitted',
  'not_for_portals',
  'capability_missing',
  'beyond_subscriptions',
  'subscription_not_found',
  'other_tenant',
  'tenant_not_found',
  'rate_limited',
  'foreign_host',
  'foreign_origin',
  'caller_gone',
  'overloaded',
  'invalid_input',
  'unavailable',
  'internal_error',
];

/** Served without a key: the documentation and the welcome describe the service and contain no tenant's data. */
const DOCS = /^\/($|docs(\/|$)|openapi\.json$)/;

/**
 * Authenticates and authorizes each request before its body is read: identifies the key, selects the tenant, checks the
 * permission, and charges the publishing quota. The service does not start if a route declares no permission.
 */
@Injectable()
export class Gatekeeper {
  private readonly waiting = new Shares(MAX_WAITING);

  constructor(
    private readonly identities: Identities,
    private readonly tenants: TenantDirectory,
    private readonly quota: PublishQuota,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {
    startAtZero(metrics.requestsRefused, 'code', REFUSALS);
  }

  /** Must be called before the routes are added. */
  install(fastify: FastifyInstance): void {
    fastify.decorateRequest('identity', null);
    fastify.decorateRequest('caller', null);
    fastify.addHook('onRoute', refuseUndeclared);
    fastify.addHook('onRoute', hideBodiesOf);
    // Runs after plugins that are already registered, such as CORS, because refusals need their headers too. A hook
    // later in the request's life cycle would cost every request 10 µs.
    fastify.after(() => {
      fastify.addHook('onRequest', (request, reply, done) => {
        const { permission, isForThisMachine = false } = routeOptionsOf(request);
        if (permission === undefined || (permission === 'none' && !isForThisMachine)) done();
        else void this.authorize(request, reply, permission as Permission, done);
      });
    });
  }

  private async authorize(
    request: FastifyRequest,
    reply: FastifyReply,
    permission: Permission,
    done: (error?: Error) => void,
  ): Promise<void> {
    try {
      await this.admit(request, reply, permission);
    } catch (error) {
      this.metrics.requestsRefused.inc({ code: codeOf(error) });
      done(error as Error);
      return;
    }
    done();
  }

  /**
   * Waits for a value. The number of waiting requests is limited, because their bodies arrive meanwhile.
   *
   * @throws Overloaded
   */
  private async waitFor<T>(request: FastifyRequest, value: T | Promise<T>): Promise<T> {
    // Keys and tenants are cached, so there is usually nothing to wait for.
    if (!(value instanceof Promise)) return value;
    const { caller } = request;
    const owner =
      caller === null ? `address ${networkOf(clientAddressOf(request) ?? 'unknown')}` : `tenant ${caller.tenantId}`;
    if (!this.waiting.take(owner)) {
      value.catch(() => undefined);
      throw new Overloaded();
    }
    return value.finally(() => {
      this.waiting.giveBack(owner);
    });
  }

  /** Sets the request's caller and charges the quota. @throws DomainError with the reason for a refusal */
  private async admit(request: FastifyRequest, reply: FastifyReply, permission: Permission): Promise<void> {
    const options = routeOptionsOf(request);
    const { isForThisMachine = false, isMetered = false, takesTenantId = false } = options;
    if (isForThisMachine) {
      this.refuseForeignPages(request);
      return;
    }
    const { authorization } = request.headers;
    const isOpen = this.settings.apiAccess === 'open' && authorization === undefined;
    if (isOpen) this.refuseForeignPages(request);
    // A page that nobody touches goes on asking for what it shows, which is no use of its session.
    const isUse = request.headers['x-idle'] === undefined;
    const identity = isOpen ? ANONYMOUS : await this.waitFor(request, this.identities.identify(request, isUse));
    request.identity = identity;
    const { role, grant } = identity;
    if (grant !== undefined) refuseBeyondGrant(grant, options, request);
    else if (role === null || !may(role, permission)) throw new NotPermitted(role ?? 'none', permission);
    const chosen = chosenTenant(identity, namedTenants(request, takesTenantId));
    const tenantId = chosen ?? DEFAULT_TENANT;
    const tenant = await this.waitFor(request, this.tenants.find(tenantId));
    if (tenant === null) throw new TenantNotFound(tenantId);
    const address = permission === 'publish' ? null : addressOf(request);
    request.caller = new Caller(identity, tenantId, chosen, address, request.id);
    if (isMetered) await this.meter(request, reply, tenant);
  }

  /**
   * Refuses requests that web pages of other origins make through a browser on this machine. Without keys, any client
   * that reaches this port may do everything.
   *
   * @throws ForeignHost, ForeignOrigin
   */
  private refuseForeignPages(request: FastifyRequest): void {
    if (!isOwnName(hostOf(request))) throw new ForeignHost();
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (site === 'same-origin' || (origin !== undefined && this.isKnown(origin, request))) return;
    // Forms and no-cors scripts send no preflight request, but browsers still send Origin or Sec-Fetch-Site.
    if (origin !== undefined || site === 'cross-site') throw new ForeignOrigin();
  }

  private isKnown(origin: string, request: FastifyRequest): boolean {
    return this.settings.corsOrigins.includes(origin) || isOwnOrigin(origin, request);
  }

  /**
   * Checks an admitted request again, for a response that goes on for long: its key or its session may have been
   * revoked or have expired, or its tenant may have been deleted. Waiting for more is no use of a session.
   *
   * @throws DomainError with the reason for a refusal
   */
  async recheck(request: FastifyRequest): Promise<void> {
    const { caller } = request;
    if (caller === null) return;
    if (caller.identity !== ANONYMOUS) await this.identities.identify(request, false);
    if ((await this.tenants.find(caller.tenantId)) === null) throw new TenantNotFound(caller.tenantId);
  }

  /** @throws RateLimited */
  private async meter(request: FastifyRequest, reply: FastifyReply, tenant: Tenant): Promise<void> {
    const rate = publishRate(tenant.limits, this.settings);
    if (rate === null) return;
    const { isGranted, remaining } = await this.waitFor(request, this.quota.take(tenant.id, rate));
    const { perSecond, burst } = rate;
    // Retry-After: seconds until the next token. RateLimit's t: seconds until the bucket is full
    // (draft-ietf-httpapi-ratelimit-headers).
    const retryAfterSeconds = Math.max(1, Math.ceil(1 / perSecond));
    void reply.header('ratelimit-policy', `"publish";q=${burst};w=${Math.max(1, Math.ceil(burst / perSecond))}`);
    void reply.header(
      'ratelimit',
      `"publish";r=${remaining};t=${Math.max(1, Math.ceil((burst - remaining) / perSecond))}`,
    );
    if (!isGranted) throw new RateLimited(perSecond, retryAfterSeconds);
  }
}

/** The code in the problem body. Codes of drivers would be labels without number. */
function codeOf(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  return isDatabaseUnavailable(error) ? 'unavailable' : 'internal_error';
}

/** The tenants that a request names: in X-Tenant and, on routes that take it, in `tenant_id`. */
function namedTenants({ headers, query }: FastifyRequest, takesTenantId: boolean): string[] {
  const header = headers['x-tenant'];
  const { tenant_id: parameter } = query as { tenant_id?: unknown };
  return [
    ...(header === undefined ? [] : [[header].flat().join(', ')]),
    // A repeated parameter is refused with the rest of the query.
    ...(takesTenantId && typeof parameter === 'string' ? [parameter] : []),
  ];
}

/**
 * The tenant that the key is bound to, or the one that the request names; null if there is neither.
 *
 * @throws OtherTenant if the key is bound to another tenant; InvalidInput if the request names two
 */
function chosenTenant(identity: Identity, named: readonly string[]): string | null {
  const [first = null, second = first] = named;
  if (identity.tenantId !== null && named.some((tenantId) => tenantId !== identity.tenantId)) {
    throw new OtherTenant(identity.tenantId);
  }
  if (second !== first) throw new InvalidInput([{ pointer: 'tenant_id', detail: 'must be the tenant in X-Tenant' }]);
  return identity.tenantId ?? first;
}

function refuseUndeclared(route: FastifyRoute): void {
  const { permission, isOperational } = (route.config ?? {}) as RouteOptions;
  // Preflight requests carry no key; their answer says only which origins may call.
  const isPreflight = route.method === 'OPTIONS';
  if (permission !== undefined || isOperational || isPreflight || DOCS.test(route.url)) return;
  throw new Error(`${String(route.method)} ${route.url} declares no permission. Add @Permit().`);
}
