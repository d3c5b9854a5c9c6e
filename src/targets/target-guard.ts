import { type BlockList, isIP, isIPv4 } from 'node:net';
import { addressesOf, blockingRule } from './address-rules.js';
import type { HostResolver } from './host-resolver.js';

/** Suffixes that never name a public host. */
const INTERNAL_SUFFIXES = ['localhost', 'local', 'internal', 'svc', 'lan', 'home.arpa', 'intranet', 'private', 'corp'];

/** Ports of services that an HTTP request could be smuggled to. */
const BLOCKED_PORTS = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 109, 110, 111, 113, 115,
  119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 532, 540, 548, 554, 556, 563,
  587, 601, 636, 989, 990, 993, 995, 1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 6379, 6667,
  11211, 27017,
]);

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };

/** What an operator opens, and what he closes. */
export interface TargetRules {
  readonly allowedTargetCidrs: readonly string[];
  readonly allowedTargetHosts: readonly string[];
  /** When there are any, targets may use no others. */
  readonly allowedTargetPorts: readonly number[];
  readonly requireHttps: boolean;
}

/**
 * A target may not be reached. The message names the rule, the setting that would allow it, and the address if it was
 * given; not what a name resolves to: tenants read it, and it tells of the network that this runs in.
 */
export class BlockedTarget extends Error {
  readonly code = 'blocked_address';
}

/** What a name resolves to that may not be reached; for those who run the service. */
export interface BlockedAddress {
  readonly host: string;
  readonly address: string;
  readonly rule: string;
}

/**
 * Decides where requests may go. The same rules hold when a target is set and when a connection is made; a name is
 * judged by every address it resolves to, and the connection goes to the addresses that were judged.
 */
export class TargetGuard {
  private readonly allowedAddresses: BlockList;
  private readonly allowedHosts: readonly string[];

  constructor(
    private readonly rules: TargetRules,
    private readonly resolver: HostResolver,
    private readonly onBlocked: (blocked: BlockedAddress) => void = () => undefined,
  ) {
    this.allowedAddresses = addressesOf(rules.allowedTargetCidrs);
    this.allowedHosts = rules.allowedTargetHosts.map(canonicalHost);
  }

  /**
   * Judges a target by its URL alone; a name also by its form, but not by what it resolves to.
   *
   * @throws BlockedTarget
   */
  checkUrl(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new BlockedTarget(`must begin with http:// or https://, not ${url.protocol}`);
    }
    if (url.username !== '' || url.password !== '') throw new BlockedTarget('must not hold a user name or password');
    if (this.rules.requireHttps && url.protocol !== 'https:') {
      throw new BlockedTarget('must begin with https://, since REQUIRE_HTTPS is set');
    }
    this.checkPort(url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port));
    const host = canonicalHost(url.hostname);
    // Resolvers differ in what they make of localhost.. and the like.
    if (host.split('.').includes('')) throw new BlockedTarget(`must not name the host ${host}: a part of it is empty`);
    if (this.isAllowedHost(host)) return;
    if (isIP(host) !== 0) {
      this.checkAddress(host, host);
      return;
    }
    if (!host.includes('.') || INTERNAL_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`))) {
      throw new BlockedTarget(`must not name the internal host ${host}; ALLOWED_TARGET_HOSTS can allow it`);
    }
  }

  /**
   * The addresses of a host, each of them allowed.
   *
   * @throws BlockedTarget when one of them is not; what the resolver throws
   */
  async addressesOf(hostname: string): Promise<string[]> {
    const host = canonicalHost(hostname);
    const addresses = isIP(host) === 0 ? await this.resolver.resolve(host) : [host];
    if (!this.isAllowedHost(host)) for (const address of addresses) this.checkAddress(address, host);
    return addresses;
  }

  private checkPort(port: number): void {
    const { allowedTargetPorts: allowed } = this.rules;
    if (allowed.length > 0) {
      if (allowed.includes(port)) return;
      throw new BlockedTarget(
        `must use one of the ports ${allowed.join(', ')}, not ${port}; ALLOWED_TARGET_PORTS can allow it`,
      );
    }
    if (!BLOCKED_PORTS.has(port)) return;
    throw new BlockedTarget(
      `must not use port ${port}: it belongs to a service that is not HTTP; ALLOWED_TARGET_PORTS can allow it`,
    );
  }

  private checkAddress(address: string, host: string): void {
    const rule = blockingRule(address);
    if (rule === null || this.allowedAddresses.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) return;
    if (address !== host) this.onBlocked({ host, address, rule });
    const named = address === host ? `${address} (${rule})` : `${host}: an address of it is blocked (${rule})`;
    throw new BlockedTarget(`must not lead to ${named}; ALLOWED_TARGET_CIDRS can allow it`);
  }

  private isAllowedHost(host: string): boolean {
    return this.allowedHosts.some((allowed) =>
      allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed,
    );
  }
}

/** Lower case, without the brackets of IPv6 and without the dot of a fully qualified name. */
function canonicalHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
