import { BlockList, isIPv4 } from 'node:net';

/** Blocked IPv4 ranges and the reason for each (IANA special-purpose registry and cloud metadata addresses). */
const BLOCKED_IPV4: readonly (readonly [cidr: string, rule: string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['168.63.129.16/32', 'cloud metadata'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
];

/** The range from which IANA allocates public addresses. All other IPv6 addresses are blocked. */
const PUBLIC_IPV6 = '2000::/3';
/** Parts of that range that are not public or that embed IPv4 addresses. */
const BLOCKED_IPV6: readonly (readonly [cidr: string, rule: string])[] = [
  ['2001::/23', 'protocol assignments'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3fff::/20', 'documentation'],
];

interface Rule {
  readonly rule: string;
  readonly addresses: BlockList;
}

export function addressesOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family);
  }
  return list;
}

const RULES_IPV4 = BLOCKED_IPV4.map(([cidr, rule]): Rule => ({ rule, addresses: addressesOf([cidr]) }));
const RULES_IPV6 = BLOCKED_IPV6.map(([cidr, rule]): Rule => ({ rule, addresses: addressesOf([cidr]) }));
const PUBLIC = addressesOf([PUBLIC_IPV6]);

/** Returns the rule that blocks an address, or null if the address is public. */
export function blockingRule(address: string): string | null {
  if (isIPv4(address)) return RULES_IPV4.find(({ addresses }) => addresses.check(address, 'ipv4'))?.rule ?? null;
  if (!PUBLIC.check(address, 'ipv6')) return 'not a public address';
  return RULES_IPV6.find(({ addresses }) => addresses.check(address, 'ipv6'))?.rule ?? null;
}
