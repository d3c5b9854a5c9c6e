import { type BlockList, isIP, isIPv4 } from 'node:net';
import { addressesOf, blockingRule } from './address-rules.js';
import type { HostResolver } from './host-resolver.js';

/** Suffixes that never name a public host. */
const INTERNAL_SUFFIXES = ['localhost', 'local', 'internal', 'svc', 'lan', 'home.arpa', 'intranet', 'private', 'corp'];

/** Ports of non-HTTP services that could act on the text of an HTTP request. */
const BLOCKED_PORTS = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 109, 110, 111, 113, 115,
  119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 532, 540, 548, 554, 556, 563,
  587, 601, 636, 989, 990, 993, 995, 1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 6379, 6667,
  11211, 27017,
]);

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };

/** The operator's settings for targets. */
export interface TargetRules {
  readonly allowedTargetCidrs: readonly string[];
  readonly allowedTargetHosts: readonly string[];
  /** If not empty, targets may use only these ports. */
  readonly allowedTargetPorts: readonly number[];
  readonly requireHttps: boolean;
}

/**
 * Requests to the target are not allowed. The message names the rule and the setting that would allow the target. It
 * contains an address only if the URL does: tenants read it, and addresses behind a name reveal the internal network.
 */
export class BlockedTarget extends Error {
  readonly code = 'blocked_address';
}

/** A blocked address behind a name, for the operator's log. */
export interface BlockedAddress {
  readonly host: string;
  readonly address: string;
  readonly rule: string;
}

/**
 * Decides where requests may go. The same rules apply when a target is set and when a connection is made. A name is
 * allowed only if every address it resolves to is allowed, and connections use exactly the addresses that were checked.
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
   * Checks a target's scheme, credentials, port, and host name or literal address. Does not resolve the name.
   *
   * @throws BlockedTarget
   */
  checkUrl(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new BlockedTarget(`must start with http:// or https://, not ${url.protocol}`);
    }
    if (url.username !== '' || url.password !== '')
      throw new BlockedTarget('must not contain a user name or password; set auth instead');
    if (this.rules.requireHttps && url.protocol !== 'https:') {
      throw new BlockedTarget('must start with https:// because REQUIRE_HTTPS is set');
    }
    this.checkPort(url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port));
    const host = canonicalHost(url.hostname);
    // Resolvers treat names such as "localhost.." differently.
    if (host.split('.').includes(''))
      throw new BlockedTarget(`must not use the host ${host}, which has an empty label`);
    if (this.isAllowedHost(host)) return;
    if (isIP(host) !== 0) {
      this.checkAddress(host, host);
      return;
    }
    if (!host.includes('.') || INTERNAL_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`))) {
      throw new BlockedTarget(`must not use the internal host ${host}; ALLOWED_TARGET_HOSTS can allow it`);
    }
  }

  /**
   * Returns the addresses of a host after checking each of them.
   *
   * @throws BlockedTarget if one of them is blocked; errors of the resolver
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
      `must not use port ${port}, which belongs to a non-HTTP service; ALLOWED_TARGET_PORTS can allow it`,
    );
  }

  private checkAddress(address: string, host: string): void {
    const rule = blockingRule(address);
    if (rule === null || this.allowedAddresses.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) return;
    if (address !== host) this.onBlocked({ host, address, rule });
    const named = address === host ? `${address} (${rule})` : `${host}, which has a blocked address (${rule})`;
    throw new BlockedTarget(`must not point to ${named}; ALLOWED_TARGET_CIDRS can allow it`);
  }

  private isAllowedHost(host: string): boolean {
    return this.allowedHosts.some((allowed) =>
      allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed,
    );
  }
}

/** The host in lower case, without IPv6 brackets and without a trailing dot. */
function canonicalHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
