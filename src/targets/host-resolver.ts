import { readFileSync } from 'node:fs';
import { addressesInHostsFile } from './hosts-file.js';
import { isUnknown, NameServers } from './name-servers.js';
import { parseResolverConfig } from './resolver-config.js';

/** The files are read again after this time, because they may change while the service runs. */
const FILES_KEPT_MS = 5000;

/** Addresses of `localhost` and names below it, which neither DNS nor a file may change (RFC 6761, section 6.3). */
const LOOPBACK = ['127.0.0.1', '::1'];

const SYSTEM_FILES = { hosts: '/etc/hosts', resolverConfig: '/etc/resolv.conf' };

/** Resolves host names. Tests replace it to control the addresses. */
export abstract class HostResolver {
  /**
   * Returns all addresses of a name, in the order to try them.
   *
   * @throws ResolverUnreachable if the name servers do not answer at all; otherwise an Error with a `code`: ETIMEDOUT
   * or a DNS code such as ENOTFOUND
   */
  abstract resolve(host: string): Promise<string[]>;
}

/**
 * Knows `localhost`, reads /etc/hosts, then queries DNS through sockets: for the name itself and for the name in each
 * search domain. For a name without a dot, the search domains come first.
 *
 * Does not use `getaddrinfo`: it blocks one of a few threads until there is an answer. All look-ups of the process
 * share these threads, including that of the database, and the owner of a slow name could block them all.
 */
export class SystemHostResolver extends HostResolver {
  private readonly sharing = new SharingResolver((host) => this.lookUp(host));
  private files: { readonly hosts: string; readonly resolverConfig: string; readonly readMs: number } | undefined;
  private dns:
    | { readonly config: string; readonly servers: NameServers; readonly searchDomains: readonly string[] }
    | undefined;

  constructor(
    private readonly settings: { readonly dnsServers: readonly string[] },
    private readonly paths = SYSTEM_FILES,
  ) {
    super();
  }

  resolve(host: string): Promise<string[]> {
    return this.sharing.resolve(host);
  }

  private async lookUp(host: string): Promise<string[]> {
    // Only a setting lets the guard ask for it.
    if (host === 'localhost' || host.endsWith('.localhost')) return [...LOOPBACK];
    const { hosts, resolverConfig } = this.currentFiles();
    const listed = addressesInHostsFile(hosts, host);
    if (listed.length > 0) return listed;
    const { servers, searchDomains } = this.currentDns(resolverConfig);
    const qualified = searchDomains.map((domain) => `${host}.${domain}`);
    let notFound: unknown;
    for (const name of host.includes('.') ? [host, ...qualified] : [...qualified, host]) {
      try {
        return await servers.addressesOf(name);
      } catch (error) {
        if (!isUnknown((error as { code: string }).code)) throw error;
        if (name === host) notFound = error;
      }
    }
    throw notFound;
  }

  /** Reads the files synchronously, so that no thread is needed; they are small and local. */
  private currentFiles(): { hosts: string; resolverConfig: string } {
    const nowMs = performance.now();
    if (this.files === undefined || nowMs - this.files.readMs > FILES_KEPT_MS) {
      const { hosts, resolverConfig } = this.paths;
      const previous = this.files;
      this.files = {
        hosts: textOf(hosts, previous?.hosts),
        resolverConfig: textOf(resolverConfig, previous?.resolverConfig),
        readMs: nowMs,
      };
    }
    return this.files;
  }

  private currentDns(config: string): { servers: NameServers; searchDomains: readonly string[] } {
    if (this.dns?.config !== config) {
      const { dnsServers } = this.settings;
      // If DNS_SERVERS is set, only those servers are queried, and no search domains are tried.
      const { servers, searchDomains } =
        dnsServers.length > 0 ? { servers: dnsServers, searchDomains: [] } : parseResolverConfig(config);
      this.dns = { config, servers: new NameServers(servers), searchDomains };
    }
    return this.dns;
  }
}

/** Shares one look-up among all concurrent callers for the same name. Keeps no answer. */
export class SharingResolver extends HostResolver {
  private readonly running = new Map<string, Promise<string[]>>();

  constructor(private readonly lookUp: (host: string) => Promise<string[]>) {
    super();
  }

  resolve(host: string): Promise<string[]> {
    const running = this.running.get(host);
    if (running) return running;
    const answer = this.lookUp(host).finally(() => this.running.delete(host));
    this.running.set(host, answer);
    return answer;
  }
}

/** @param previous the last known content, returned if the file cannot be read now (for lack of descriptors, say) */
function textOf(path: string, previous = ''): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return (error as { code?: unknown }).code === 'ENOENT' ? '' : previous;
  }
}
