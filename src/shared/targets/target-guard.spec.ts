import fc from 'fast-check';
import { addressesOf, blockingRule } from './address-rules.js';
import type { HostResolver } from './host-resolver.js';
import { BlockedTarget, TargetGuard } from './target-guard.js';

const resolvingTo = (...addresses: string[]): HostResolver => ({ resolve: () => Promise.resolve(addresses) });
const aGuard = (given: { cidrs?: string[]; hosts?: string[]; resolver?: HostResolver } = {}): TargetGuard =>
  new TargetGuard(
    { allowedTargetCidrs: given.cidrs ?? [], allowedTargetHosts: given.hosts ?? [] },
    given.resolver ?? resolvingTo('1.1.1.1'),
  );
const check = (url: string, guard = aGuard()): void => {
  guard.checkUrl(new URL(url));
};

const BLOCKED_HOSTS =
  `127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 017700000001 0x7f.1 127.000.000.001 0 0x0 １２７.０.０.１
127。0。0。1 ①②⑦.⓪.⓪.① 127.0.0.1. localhost LOCALHOST. loc%61lhost foo.localhost 127.0.0.1\\.example.com
[::] [::1] [::ffff:127.0.0.1] [::127.0.0.1] [::ffff:0:127.0.0.1] [::5efe:127.0.0.1] [64:ff9b::a9fe:a9fe]
[64:ff9b:1::a9fe:a9fe] [2002:7f00:1::] [2001:0:7f00:1::80ff:fffe] [fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1]
[2001:db8::1] [3fff::1] [100::1] 169.254.169.254 2852039166 0xA9FEA9FE 169.254.43518 169.254.170.2 100.100.100.200
192.0.0.192 168.63.129.16 metadata.google.internal kubernetes.default.svc 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1
100.64.0.1 198.18.0.1 192.0.2.1 198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
intranet printer.local db.svc.cluster.local`.split(/\s+/);

const ALLOWED_HOSTS = [
  '1.1.1.1',
  '172.32.0.1',
  '100.128.0.1',
  '198.20.0.1',
  '[2606:4700::1111]',
  'bücher.example.com',
  'example.com.',
];

describe('the target guard', () => {
  it.each(BLOCKED_HOSTS)('refuses http://%s/', (host) => {
    expect(() => {
      check(`http://${host}/`);
    }).toThrow(BlockedTarget);
  });

  it.each(ALLOWED_HOSTS)('allows https://%s/', (host) => {
    check(`https://${host}/`);
  });

  it.each([
    'file:///etc/passwd',
    'gopher://1.1.1.1/',
    'ftp://1.1.1.1/',
    'data:text/plain,x',
    'http+unix://x/',
    'javascript:0',
  ])('refuses %s', (url) => {
    expect(() => {
      check(url);
    }).toThrow(/must begin with http/);
  });

  it.each(['http://u@1.1.1.1/', 'http://u:p@1.1.1.1/', 'http://:p@1.1.1.1/', 'http://example.com@127.0.0.1/'])(
    'refuses user information: %s',
    (url) => {
      expect(() => {
        check(url);
      }).toThrow(BlockedTarget);
    },
  );

  it.each([0, 22, 25, 53, 6379])('refuses port %d', (port) => {
    expect(() => {
      check(`http://1.1.1.1:${port}/`);
    }).toThrow(/port/);
    check('http://1.1.1.1:8080/');
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
