import fc from 'fast-check';
import { addressesOf, blockingRule } from './address-rules.js';
import type { HostResolver } from './host-resolver.js';
import { BlockedTarget, TargetGuard } from './target-guard.js';
import { ALLOWED_HOSTS, BLOCKED_HOSTS, BLOCKED_URLS } from '../../../test/support/target-addresses.js';

const resolvingTo = (...addresses: string[]): HostResolver => ({ resolve: () => Promise.resolve(addresses) });
const aGuard = (
  given: { cidrs?: string[]; hosts?: string[]; ports?: number[]; requireHttps?: boolean; resolver?: HostResolver } = {},
): TargetGuard =>
  new TargetGuard(
    {
      allowedTargetCidrs: given.cidrs ?? [],
      allowedTargetHosts: given.hosts ?? [],
      allowedTargetPorts: given.ports ?? [],
      requireHttps: given.requireHttps ?? false,
    },
    given.resolver ?? resolvingTo('1.1.1.1'),
  );
const check = (url: string, guard = aGuard()): void => {
  guard.checkUrl(new URL(url));
};

describe('the target guard', () => {
  it.each(BLOCKED_HOSTS)('refuses http://%s/', (host) => {
    expect(() => {
      check(`http://${host}/`);
    }).toThrow(BlockedTarget);
  });

  it.each(ALLOWED_HOSTS)('allows https://%s/', (host) => {
    check(`https://${host}/`);
  });

  it.each(BLOCKED_URLS)('refuses %s', (url) => {
    expect(() => {
      check(url);
    }).toThrow(BlockedTarget);
  });

  it.each([80, 443, 8080])('allows port %d', (port) => {
    check(`http://1.1.1.1:${port}/`);
  });

  it('lets targets use the ports that an operator names, and no others', () => {
    const guard = aGuard({ ports: [443, 6379] });
    for (const url of ['https://1.1.1.1/', 'http://1.1.1.1:443/', 'http://1.1.1.1:6379/']) check(url, guard);
    for (const url of ['http://1.1.1.1/', 'https://1.1.1.1:8443/', 'http://1.1.1.1:0/']) {
      expect(() => {
        check(url, guard);
      }).toThrow(/ALLOWED_TARGET_PORTS/);
    }
  });

  it('lets no http pass where https is required', () => {
    const guard = aGuard({ requireHttps: true });
    check('https://1.1.1.1/', guard);
    expect(() => {
      check('http://1.1.1.1/', guard);
    }).toThrow(/REQUIRE_HTTPS/);
  });

  it('says which address, which rule and which setting', () => {
    expect(() => {
      check('http://169.254.169.254/');
    }).toThrow('must not lead to 169.254.169.254 (link-local); ALLOWED_TARGET_CIDRS can allow it');
  });

  it('refuses a name when one of its addresses is blocked', async () => {
    const guard = aGuard({ resolver: resolvingTo('1.1.1.1', '10.0.0.1') });
    await expect(guard.addressesOf('example.com')).rejects.toThrow('example.com, which is 10.0.0.1 (private)');
  });

  it('gives the addresses that it judged, each time anew', async () => {
    const answers = [['1.1.1.1', '2606:4700::1111'], ['127.0.0.1']];
    const guard = aGuard({ resolver: { resolve: () => Promise.resolve(answers.shift() ?? []) } });
    expect(await guard.addressesOf('example.com')).toEqual(['1.1.1.1', '2606:4700::1111']);
    await expect(guard.addressesOf('example.com')).rejects.toThrow(BlockedTarget);
  });

  it('opens what the operator allows, and nothing beside it', async () => {
    const guard = aGuard({
      cidrs: ['10.1.0.0/16', 'fd00::/8'],
      hosts: ['*.svc.internal', 'hook'],
      resolver: resolvingTo('10.9.9.9'),
    });
    for (const url of ['http://10.1.2.3/', 'http://[fd00::1]/', 'http://a.svc.internal/', 'http://hook/'])
      check(url, guard);
    for (const url of ['http://10.2.0.1/', 'http://svc.internal/', 'http://hook2/', 'http://[fe80::1]/']) {
      expect(() => {
        check(url, guard);
      }).toThrow(BlockedTarget);
    }
    expect(await guard.addressesOf('a.svc.internal')).toEqual(['10.9.9.9']);
    await expect(guard.addressesOf('example.com')).rejects.toThrow(BlockedTarget);
  });
});

describe('the rules for addresses', () => {
  // Written down apart from the rules: first and last address of each block, as numbers.
  const blocks: [first: string, last: string][] = [
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['168.63.129.16', '168.63.129.16'],
    ['169.254.0.0', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.0.2.0', '192.0.2.255'],
    ['192.88.99.0', '192.88.99.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['198.51.100.0', '198.51.100.255'],
    ['203.0.113.0', '203.0.113.255'],
    ['224.0.0.0', '255.255.255.255'],
  ];
  const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
  const isBlocked = (value: number): boolean =>
    blocks.some(([first, last]) => value >= number(first) && value <= number(last));

  it('agree with the table at both ends of every block', () => {
    for (const value of blocks.flatMap(([first, last]) => [
      number(first) - 1,
      number(first),
      number(last),
      number(last) + 1,
    ])) {
      if (value < 0 || value > 0xffffffff) continue;
      expect([dotted(value), blockingRule(dotted(value)) !== null]).toEqual([dotted(value), isBlocked(value)]);
    }
  });

  it('agree with the table all over IPv4', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        expect(blockingRule(dotted(value)) !== null).toBe(isBlocked(value));
      }),
      { numRuns: 3000 },
    );
  });

  it('block all of IPv6 outside 2000::/3, and the special parts inside', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const [a = 0, b = 0, c = 0] = groups;
        const isSpecial =
          (a === 0x2001 && b < 0x200) ||
          (a === 0x2001 && b === 0xdb8) ||
          a === 0x2002 ||
          (a === 0x2620 && b === 0x4f && c === 0x8000) ||
          (a === 0x3fff && b < 0x1000);
        const isPublic = a >= 0x2000 && a <= 0x3fff && !isSpecial;
        const address = groups.map((each) => each.toString(16)).join(':');
        expect([address, blockingRule(address) === null]).toEqual([address, isPublic]);
      }),
      { numRuns: 3000 },
    );
  });

  it('take a single address for a range of one', () => {
    const list = addressesOf(['10.0.0.1', '::1']);
    expect([list.check('10.0.0.1'), list.check('10.0.0.2'), list.check('::1', 'ipv6')]).toEqual([true, false, true]);
  });
});
