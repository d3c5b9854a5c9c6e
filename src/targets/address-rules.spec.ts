import fc from 'fast-check';
import { addressesOf, blockingRule } from './address-rules.js';
import { BlockedTarget, TargetGuard } from './target-guard.js';

/**
 * All of IPv4 and IPv6, written independently of the rules; the longest matching prefix decides. Sources: the IANA
 * special-purpose address registries, and the metadata addresses of cloud providers.
 */
const TABLE: readonly (readonly [prefix: string, verdict: 'public' | 'blocked'])[] = [
  ['0.0.0.0/0', 'public'],
  ['0.0.0.0/8', 'blocked'],
  ['10.0.0.0/8', 'blocked'],
  ['100.64.0.0/10', 'blocked'],
  ['127.0.0.0/8', 'blocked'],
  ['168.63.129.16/32', 'blocked'],
  ['169.254.0.0/16', 'blocked'],
  ['172.16.0.0/12', 'blocked'],
  ['192.0.0.0/24', 'blocked'],
  ['192.0.2.0/24', 'blocked'],
  ['192.88.99.0/24', 'blocked'],
  ['192.168.0.0/16', 'blocked'],
  ['198.18.0.0/15', 'blocked'],
  ['198.51.100.0/24', 'blocked'],
  ['203.0.113.0/24', 'blocked'],
  ['224.0.0.0/3', 'blocked'],
  ['::/0', 'blocked'],
  ['2000::/3', 'public'],
  ['2001::/23', 'blocked'],
  ['2001:db8::/32', 'blocked'],
  ['2002::/16', 'blocked'],
  ['2620:4f:8000::/48', 'blocked'],
  ['3fff::/20', 'blocked'],
];

/** Special ranges inside larger blocked ranges, listed so that generated addresses fall into each of them. */
const NAMED_RANGES = [
  ...['::/128', '::1/128', '::/96', '::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64'],
  ...['2001::/32', '2001:2::/48', '2001:10::/28', '2001:20::/28', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10'],
  ...['ff00::/8', '192.0.0.192/32', '100.100.100.200/32', '169.254.169.254/32', '255.255.255.255/32'],
];

type Bits = 32 | 128;

interface Range {
  readonly bits: Bits;
  readonly length: number;
  readonly first: bigint;
  readonly last: bigint;
}

function rangeOf(prefix: string): Range {
  const [address = '', length = ''] = prefix.split('/');
  const bits = address.includes(':') ? 128 : 32;
  const first = bits === 32 ? valueOfIpv4(address) : valueOfIpv6(address);
  return { bits, length: Number(length), first, last: first + (1n << BigInt(bits - Number(length))) - 1n };
}

function valueOfIpv4(address: string): bigint {
  return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function valueOfIpv6(address: string): bigint {
  const [before = [], after = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const missing = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...missing, ...after].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function dotted(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

function groupsOf(value: bigint): string[] {
  return Array.from({ length: 8 }, (_, n) => ((value >> BigInt(112 - 16 * n)) & 0xffffn).toString(16));
}

/** The uncompressed form, so that no rule depends on the short one. */
function textOf(value: bigint, bits: Bits): string {
  return bits === 32 ? dotted(value) : groupsOf(value).join(':');
}

const VERDICTS = TABLE.map(([prefix, verdict]) => ({ ...rangeOf(prefix), verdict }));

function isPublic(value: bigint, bits: Bits): boolean {
  const around = VERDICTS.filter((each) => each.bits === bits && value >= each.first && value <= each.last);
  const closest = around.reduce((longest, each) => (each.length > longest.length ? each : longest));
  return closest.verdict === 'public';
}

const RANGES = [...TABLE.map(([prefix]) => prefix), ...NAMED_RANGES].map(rangeOf);

/** Addresses anywhere, inside a range, and at or next to the ends of one, where mistakes are likely. */
function addresses(bits: Bits): fc.Arbitrary<bigint> {
  const max = (1n << BigInt(bits)) - 1n;
  const within = RANGES.filter((range) => range.bits === bits);
  return fc.oneof(
    fc.bigInt({ min: 0n, max }),
    fc.constantFrom(...within).chain(({ first, last }) => fc.bigInt({ min: first, max: last })),
    fc
      .tuple(fc.constantFrom(...within.flatMap(({ first, last }) => [first, last])), fc.bigInt({ min: -2n, max: 2n }))
      .map(([end, step]) => end + step)
      .filter((value) => value >= 0n && value <= max),
  );
}

const guard = new TargetGuard(
  { allowedTargetCidrs: [], allowedTargetHosts: [], allowedTargetPorts: [], requireHttps: false },
  { resolve: () => Promise.reject(new Error('no name should be resolved')) },
);

/** Whether the guard allows a URL with this host. */
function isAllowed(host: string): boolean {
  try {
    guard.checkUrl(new URL(`http://${host}/`));
    return true;
  } catch (error) {
    if (error instanceof BlockedTarget) return false;
    throw error;
  }
}

const pick = fc.infiniteStream(fc.nat());

/** One of the notations that a URL allows for an IPv4 address, selected by `choices`. */
function ipv4Forms(value: bigint, choices: Iterator<number>): string {
  const choose = (count: number): number => (choices.next().value as number) % count;
  const parts = [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n);
  // With fewer than four numbers, the last one holds all remaining bytes.
  const count = 1 + choose(4);
  const rest = parts.slice(count - 1).reduce((sum, part) => sum * 256n + part, 0n);
  const numbers = [...parts.slice(0, count - 1), rest].map((number) => {
    const hex = number.toString(16);
    const octal = number.toString(8);
    return [`${number}`, `0x${hex}`, `0X${hex.toUpperCase()}`, `0${octal}`, `0x000${hex}`, `000${octal}`][choose(6)]!;
  });
  const text = numbers.join(['.', '.', '。', '．', '｡'][choose(5)]) + ['', '', '.'][choose(3)]!;
  return [...text].map((letter) => disguised(letter, choose(8))).join('');
}

/** Sometimes replaces a character by its full-width form or percent-encodes it. */
function disguised(letter: string, choice: number): string {
  if (choice === 0 && /[0-9A-Za-z]/.test(letter)) return String.fromCodePoint(letter.codePointAt(0)! + 0xfee0);
  return choice === 1 ? encodeURIComponent(letter).replace(/^[^%]$/, percentEncoded) : letter;
}

function percentEncoded(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`;
}

/** One of the notations of an IPv6 address: either case, leading zeros, a run of zeros cut, dotted IPv4 at the end. */
function ipv6Forms(value: bigint, choices: Iterator<number>): string {
  const choose = (count: number): number => (choices.next().value as number) % count;
  const groups = groupsOf(value).map(
    (group) => [group, group.toUpperCase(), group.padStart(4, '0'), group.padStart(2, '0')][choose(4)]!,
  );
  const written = choose(2) === 0 ? groups : [...groups.slice(0, 6), dotted(value & 0xffff_ffffn)];
  const isZero = (text: string | undefined): boolean => text !== undefined && /^0+$/.test(text);
  const zeros = written.flatMap((text, at) => (isZero(text) ? [at] : []));
  if (zeros.length === 0 || choose(4) === 0) return `[${written.join(':')}]`;
  const from = zeros[choose(zeros.length)]!;
  let to = from + 1;
  while (isZero(written[to]) && choose(6) > 0) to += 1;
  return `[${written.slice(0, from).join(':')}::${written.slice(to).join(':')}]`;
}

/** IPv6 address formats that embed an IPv4 address. */
const CARRIERS: readonly (readonly [name: string, carry: (ipv4: bigint) => bigint])[] = [
  ['IPv4-mapped', (ipv4) => valueOfIpv6('::ffff:0:0') + ipv4],
  ['IPv4-compatible', (ipv4) => ipv4],
  ['IPv4-translated', (ipv4) => valueOfIpv6('::ffff:0:0:0') + ipv4],
  ['ISATAP', (ipv4) => valueOfIpv6('fe80::5efe:0:0') + ipv4],
  ['NAT64', (ipv4) => valueOfIpv6('64:ff9b::') + ipv4],
  ['local-use NAT64', (ipv4) => valueOfIpv6('64:ff9b:1::') + ipv4],
  ['6to4', (ipv4) => valueOfIpv6('2002::') + (ipv4 << 80n)],
  ['6to4 with an interface id', (ipv4) => valueOfIpv6('2002::1') + (ipv4 << 80n)],
  ['Teredo client', (ipv4) => valueOfIpv6('2001::') + (valueOfIpv4('1.1.1.1') << 64n) + (ipv4 ^ 0xffff_ffffn)],
  ['Teredo server', (ipv4) => valueOfIpv6('2001::') + (ipv4 << 64n)],
];

describe('the address rules', () => {
  it.each([32, 128] as const)(
    'agree with the table at and next to both ends of every range (%d-bit addresses)',
    (bits) => {
      const max = (1n << BigInt(bits)) - 1n;
      const ends = RANGES.filter((range) => range.bits === bits).flatMap(({ first, last }) => [first, last]);
      for (const value of ends.flatMap((end) => [end - 1n, end, end + 1n])) {
        if (value < 0n || value > max) continue;
        const address = textOf(value, bits);
        expect([address, blockingRule(address) === null]).toEqual([address, isPublic(value, bits)]);
      }
    },
  );

  it.each([32, 128] as const)('agree with the table for random addresses (%d bits)', (bits) => {
    fc.assert(
      fc.property(addresses(bits), (value) => {
        const address = textOf(value, bits);
        expect([address, blockingRule(address) === null]).toEqual([address, isPublic(value, bits)]);
      }),
      { numRuns: 5000 },
    );
  });

  it('apply to an IPv4 address in every notation of a URL', () => {
    fc.assert(
      fc.property(addresses(32), pick, (value, choices) => {
        const host = ipv4Forms(value, choices);
        expect(new URL(`http://${host}/`).hostname).toBe(dotted(value));
        expect([host, isAllowed(host)]).toEqual([host, isPublic(value, 32)]);
      }),
      { numRuns: 5000 },
    );
  });

  it('apply to an IPv6 address in every notation of a URL', () => {
    fc.assert(
      fc.property(addresses(128), pick, (value, choices) => {
        const host = ipv6Forms(value, choices);
        expect([host, isAllowed(host)]).toEqual([host, isPublic(value, 128)]);
      }),
      { numRuns: 5000 },
    );
  });

  it.each(CARRIERS)('block every IPv6 address that embeds an IPv4 address: %s', (_name, carry) => {
    fc.assert(
      fc.property(addresses(32), pick, (value, choices) => {
        const host = ipv6Forms(carry(value), choices);
        expect([host, isAllowed(host)]).toEqual([host, false]);
      }),
      { numRuns: 1000 },
    );
  });

  it('treat a single address as a range of one', () => {
    const list = addressesOf(['10.0.0.1', '::1']);
    expect([list.check('10.0.0.1'), list.check('10.0.0.2'), list.check('::1', 'ipv6')]).toEqual([true, false, true]);
  });
});
