import { isIP, SocketAddress } from 'node:net';

/** What `/etc/resolv.conf` says about asking for names. */
export interface ResolverConfig {
  /** Addresses of name servers, perhaps with a port; none when it is better to leave them to c-ares. */
  readonly servers: readonly string[];
  /** Domains in which a name is looked for that is unknown as it stands, in their order. */
  readonly searchDomains: readonly string[];
}

/** More would only be more questions for a name that nobody knows. */
const MAX_SEARCH_DOMAINS = 6;

/** @param text of the file; of `search` and `domain` the last one counts, as in the C library */
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
    // An address with a zone can't be handed over, so c-ares reads the servers by itself.
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
