import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions as FastifyRoute } from 'fastify';
import { isOwnName } from '../shared/net/loopback.js';
import { Settings } from '../shared/config/settings.js';
import { type RouteOptions, routeOptionsOf } from '../shared/http/route-options.js';
import { clientAddressOf, networkOf } from '../shared/net/client-address.js';
import { Overloaded } from '../shared/http/intake.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Shares } from '../shared/shares.js';
import {
  CallerGone,
  ForeignHost,
  ForeignOrigin,
  NotPermitted,
  OtherTenant,
  RateLimited,
  TenantNotFound,
} from './access.errors.js';
import { Caller, type Identity } from './caller.js';
import { may, type Permission } from './domain/role.js';
import { KeyRing } from './keys/key-ring.js';
import { PublishQuota } from './quota/publish-quota.js';
import { DEFAULT_TENANT } from './tenants/default-tenant.js';
import { publishRate, type Tenant } from './tenants/tenant.js';
import { TenantDirectory } from './tenants/tenant-directory.js';

/** Whoever calls while the service runs open. */
const ANYBODY: Identity = { keyId: null, role: 'admin', tenantId: null };

/**
 * Most requests that may wait at once to learn who calls, or whether the tenant may publish more. Nearly all need not
 * wait. Until the caller is known, its address has a share; after that, its tenant has one. So a stranger with keys
 * that do not exist keeps nobody out.
 */
const MAX_WAITING = 1000;

/** Served without asking: the documentation describes the service, and nothing of its users. */
const DOCS = /^\/(docs(\/|$)|openapi\.json$)/;

/**
 * Decides who comes in, before a handler runs and before the body is read: which key, which tenant, what it is
 * permitted, and how much it may publish. A route that does not say what it asks of its callers is refused at the
 * start.
 */
@Injectable()
export class Gatekeeper {
  private readonly waiting = new Shares(MAX_WAITING);

  constructor(
    private readonly keyRing: KeyRing,
    private readonly tenants: TenantDirectory,
    private readonly quota: PublishQuota,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {}

  /** To be called before the routes are added. */
  install(fastify: FastifyInstance): void {
    fastify.decorateRequest('caller', null);
    fastify.addHook('onRoute', refuseUnguarded);
    // After what was registered before, such as CORS: a refusal needs its headers, too. A later kind of hook would do
    // as well, and cost every request 10 µs.
    fastify.after(() => {
      fastify.addHook('onRequest', (request, reply, done) => {
        const { permission, isForThisMachine = false } = routeOptionsOf(request);
        if (permission === undefined || (permission === 'none' && !isForThisMachine)) done();
        else void this.judge(request, reply, permission as Permission, done);
      });
    });
  }

  private async judge(
    request: FastifyRequest,
    reply: FastifyReply,
    permission: Permission,
    done: (error?: Error) => void,
  ): Promise<void> {
    try {
      await this.admit(request, reply, permission);
    } catch (error) {
      this.metrics.requestsRefused.inc({ code: (error as { code?: string }).code ?? 'error' });
      done(error as Error);
      return;
    }
    done();
  }

  /** Bodies are on their way meanwhile, so only so many wait, whoever they are. @throws Overloaded */
  private async waitFor<T>(request: FastifyRequest, value: T | Promise<T>): Promise<T> {
    // Nothing to wait for when it is known, as nearly always.
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

  /** @throws DomainError that says why the request does not come in */
  private async admit(request: FastifyRequest, reply: FastifyReply, permission: Permission): Promise<void> {
    const { isForThisMachine = false, isMetered = false } = routeOptionsOf(request);
    if (isForThisMachine) {
      this.refuseForeignPages(request);
      return;
    }
    const { authorization } = request.headers;
    const isOpen = this.settings.apiAccess === 'open' && authorization === undefined;
    if (isOpen) this.refuseForeignPages(request);
    const identity = isOpen ? ANYBODY : await this.waitFor(request, this.keyRing.identify(authorization));
    if (!may(identity.role, permission)) throw new NotPermitted(identity.role, permission);
    const chosen = chosenTenant(identity, request.headers['x-tenant']);
    const tenantId = chosen ?? DEFAULT_TENANT;
    const tenant = await this.waitFor(request, this.tenants.find(tenantId));
    if (tenant === null) throw new TenantNotFound(tenantId);
    const address = permission === 'publish' ? null : addressOf(request);
    request.caller = new Caller(identity, tenantId, chosen, address, request.id);
    if (isMetered) await this.meter(request, reply, tenant);
  }

  /**
   * Without keys, whoever reaches this port may do everything, and the browser of this machine reaches it for any page.
   *
   * @throws ForeignHost, ForeignOrigin
   */
  private refuseForeignPages(request: FastifyRequest): void {
    if (!isOwnName(hostOf(request))) throw new ForeignHost();
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (site === 'same-origin' || (origin !== undefined && this.isKnown(origin, request))) return;
    // A form, or a script that wants no answer, asks nobody beforehand; but browsers say where these come from.
    if (origin !== undefined || site === 'cross-site') throw new ForeignOrigin();
  }

  private isKnown(origin: string, { headers: { host = '' } }: FastifyRequest): boolean {
    return this.settings.corsOrigins.includes(origin) || /^https?:\/\/(.*)$/.exec(origin)?.[1] === host.toLowerCase();
  }

  /** @throws RateLimited */
  private async meter(request: FastifyRequest, reply: FastifyReply, tenant: Tenant): Promise<void> {
    const rate = publishRate(tenant.limits, this.settings);
    if (rate === null) return;
    const { isGranted, remaining } = await this.waitFor(request, this.quota.take(tenant.id, rate));
    const { perSecond, burst } = rate;
    // How long until there is one more, and until the bucket is full (draft-ietf-httpapi-ratelimit-headers).
    const retryAfterSeconds = Math.max(1, Math.ceil(1 / perSecond));
    void reply.header('ratelimit-policy', `"publish";q=${burst};w=${Math.max(1, Math.ceil(burst / perSecond))}`);
    void reply.header(
      'ratelimit',
      `"publish";r=${remaining};t=${Math.max(1, Math.ceil((burst - remaining) / perSecond))}`,
    );
    if (!isGranted) throw new RateLimited(perSecond, retryAfterSeconds);
  }
}

/** @throws CallerGone: what is written down about a change says from where it came */
function addressOf(request: FastifyRequest): string {
  const address = clientAddressOf(request);
  if (address === null) throw new CallerGone();
  return address;
}

/** Without the port. */
function hostOf({ headers: { host = '' } }: FastifyRequest): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** The tenant that a key is bound to, or that an admin of all names; null when it names none. */
function chosenTenant(identity: Identity, header: string | string[] | undefined): string | null {
  const named = header === undefined ? null : [header].flat().join(', ');
  if (identity.tenantId !== null && named !== null && named !== identity.tenantId) {
    throw new OtherTenant(identity.tenantId);
  }
  return identity.tenantId ?? named;
}

function refuseUnguarded(route: FastifyRoute): void {
  const { permission, isOperational } = (route.config ?? {}) as RouteOptions;
  // A browser that asks beforehand has no key, and learns which origins may call.
  const isPreflight = route.method === 'OPTIONS';
  if (permission !== undefined || isOperational || isPreflight || DOCS.test(route.url)) return;
  throw new Error(`${String(route.method)} ${route.url} does not say what it asks of its callers: add @Permit()`);
}
