import { isIP, SocketAddress } from 'node:net';

/** The settings of `/etc/resolv.conf` that are used here. */
export interface ResolverConfig {
  /** Addresses of name servers, optionally with a port; empty if c-ares should read the file itself. */
  readonly servers: readonly string[];
  /** Domains appended to a name, in the order in which they are tried. */
  readonly searchDomains: readonly string[];
}

/** Bounds the queries for an unknown name. */
const MAX_SEARCH_DOMAINS = 6;

/** @param text content of the file; the last `search` or `domain` line applies, as in the C library */
export function parseResolverConfig(text: string): ResolverConfig {
  const servers: string[] = [];
  let searchDomains: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword = '', ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && values[0] !== undefined) servers.push(values[0]);
    else if (keyword === 'search') searchDomains = values;
    else if (keyword === 'domain') searchDomains = values.slice(0, 1);
  }
  return {
    // `setServers` does not accept an address with a zone, so c-ares has to read the servers itself.
    servers: servers.every(isPlainAddress) ? servers : [],
    searchDomains: searchDomains
      .map((domain) => domain.toLowerCase().replace(/\.$/, ''))
      .filter((domain) => domain !== '')
      .slice(0, MAX_SEARCH_DOMAINS),
  };
}

function isPlainAddress(server: string): boolean {
  const isAddress = isIP(server) !== 0 || (SocketAddress.parse(server)?.port ?? 0) > 0;
  return isAddress && !server.includes('%');
}
