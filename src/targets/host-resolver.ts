import { readFileSync } from 'node:fs';
import { addressesInHostsFile } from './hosts-file.js';
import { isUnknown, NameServers } from './name-servers.js';
import { parseResolverConfig } from './resolver-config.js';

/** What the operating system says may change while this runs. */
const FILES_KEPT_MS = 5000;

/** Where the operating system keeps what it knows. */
const SYSTEM_FILES = { hosts: '/etc/hosts', resolverConfig: '/etc/resolv.conf' };

/** Where addresses of names come from, so that tests can turn a name. */
export abstract class HostResolver {
  /**
   * All addresses of a name, in the order to try them.
   *
   * @throws ResolverUnreachable when name servers answer nobody; otherwise an Error with a `code`: ETIMEDOUT, or one of
   * DNS such as ENOTFOUND
   */
  abstract resolve(host: string): Promise<string[]>;
}

/**
 * Asks /etc/hosts, and then DNS, by sockets: for the name as it stands, and in the search domains of the system, which
 * come first for a name without a dot.
 *
 * Never the operating system: its look-up holds one of a few threads until there is an answer. All look-ups of the
 * process share them, that of its database included, and whoever owns a name decides how long they wait.
 */
export class SystemHostResolver extends HostResolver {
  private readonly sharing = new SharingResolver((host) => this.ask(host));
  private files: { readonly hosts: string; readonly resolverConfig: string; readonly readMs: number } | undefined;
  private dns:
    { readonly config: string; readonly servers: NameServers; readonly searchDomains: readonly string[] } | undefined;

  constructor(
    private readonly settings: { readonly dnsServers: readonly string[] },
    private readonly paths = SYSTEM_FILES,
  ) {
    super();
  }

  resolve(host: string): Promise<string[]> {
    return this.sharing.resolve(host);
  }

  private async ask(host: string): Promise<string[]> {
    const { hosts, resolverConfig } = this.filesNow();
    const listed = addressesInHostsFile(hosts, host);
    if (listed.length > 0) return listed;
    const { servers, searchDomains } = this.dnsNow(resolverConfig);
    const longer = searchDomains.map((domain) => `${host}.${domain}`);
    let unknown: unknown;
    for (const name of host.includes('.') ? [host, ...longer] : [...longer, host]) {
      try {
        return await servers.addressesOf(name);
      } catch (error) {
        if (!isUnknown((error as { code: string }).code)) throw error;
        if (name === host) unknown = error;
      }
    }
    throw unknown;
  }

  /** Read without a thread as well: they are small and local. */
  private filesNow(): { hosts: string; resolverConfig: string } {
    const nowMs = performance.now();
    if (this.files === undefined || nowMs - this.files.readMs > FILES_KEPT_MS) {
      const { hosts, resolverConfig } = this.paths;
      const former = this.files;
      this.files = {
        hosts: textOf(hosts, former?.hosts),
        resolverConfig: textOf(resolverConfig, former?.resolverConfig),
        readMs: nowMs,
      };
    }
    return this.files;
  }

  private dnsNow(config: string): { servers: NameServers; searchDomains: readonly string[] } {
    if (this.dns?.config !== config) {
      const { dnsServers } = this.settings;
      // Who names the servers asks just those, and just for the name.
      const { servers, searchDomains } =
        dnsServers.length > 0 ? { servers: dnsServers, searchDomains: [] } : parseResolverConfig(config);
      this.dns = { config, servers: new NameServers(servers), searchDomains };
    }
    return this.dns;
  }
}

/** Asks once for all who want the same name at the same time. */
export class SharingResolver extends HostResolver {
  private readonly running = new Map<string, Promise<string[]>>();

  constructor(private readonly ask: (host: string) => Promise<string[]>) {
    super();
  }

  resolve(host: string): Promise<string[]> {
    const running = this.running.get(host);
    if (running) return running;
    const asked = this.ask(host).finally(() => this.running.delete(host));
    this.running.set(host, asked);
    return asked;
  }
}

/** @param former what it held before: that is still so when it can't be read now, for want of descriptors perhaps */
function textOf(path: string, former = ''): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return (error as { code?: unknown }).code === 'ENOENT' ? '' : former;
  }
}
