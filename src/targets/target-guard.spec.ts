import type { HostResolver } from './host-resolver.js';
import { type BlockedAddress, BlockedTarget, TargetGuard } from './target-guard.js';
import { ALLOWED_HOSTS, BLOCKED_HOSTS, BLOCKED_URLS } from '../../test/support/target-addresses.js';

const resolvingTo = (...addresses: string[]): HostResolver => ({ resolve: () => Promise.resolve(addresses) });
const aGuard = (
  given: {
    cidrs?: string[];
    hosts?: string[];
    ports?: number[];
    requireHttps?: boolean;
    resolver?: HostResolver;
    onBlocked?: (blocked: BlockedAddress) => void;
  } = {},
): TargetGuard =>
  new TargetGuard(
    {
      allowedTargetCidrs: given.cidrs ?? [],
      allowedTargetHosts: given.hosts ?? [],
      allowedTargetPorts: given.ports ?? [],
      requireHttps: given.requireHttps ?? false,
    },
    given.resolver ?? resolvingTo('1.1.1.1'),
    given.onBlocked,
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

  it('lets a host that is allowed use neither http nor ports that are not', () => {
    const guard = aGuard({ hosts: ['hook'], ports: [443], requireHttps: true });
    check('https://hook/', guard);
    for (const [url, setting] of [
      ['http://hook:443/', /REQUIRE_HTTPS/],
      ['https://hook:8443/', /ALLOWED_TARGET_PORTS/],
    ] as const) {
      expect(() => {
        check(url, guard);
      }).toThrow(setting);
    }
  });

  it('says which address, which rule and which setting', () => {
    expect(() => {
      check('http://169.254.169.254/');
    }).toThrow('must not lead to 169.254.169.254 (link-local); ALLOWED_TARGET_CIDRS can allow it');
  });

  it('refuses a name when one of its addresses is blocked, and tells the address to the operator alone', async () => {
    const blocked: BlockedAddress[] = [];
    const guard = aGuard({ resolver: resolvingTo('1.1.1.1', '10.0.0.1'), onBlocked: (each) => blocked.push(each) });
    const refused = guard.addressesOf('Example.com.');
    await expect(refused).rejects.toThrow('must not lead to example.com: an address of it is blocked (private);');
    await expect(refused).rejects.not.toThrow('10.0.0.1');
    expect(blocked).toEqual([{ host: 'example.com', address: '10.0.0.1', rule: 'private' }]);
  });

  it('refuses a name with an empty part, also below one that is allowed', () => {
    for (const url of ['http://localhost../', 'http://a..svc.internal/', 'http://hook../', 'http://127.0.0.1../']) {
      expect(() => {
        check(url, aGuard({ hosts: ['*.svc.internal', 'hook', '*.'] }));
      }).toThrow(/a part of it is empty/);
    }
  });

  it('gives the addresses that it judged, each time anew', async () => {
    const answers = [['1.1.1.1', '2606:4700::1111'], ['127.0.0.1']];
    const guard = aGuard({ resolver: { resolve: () => Promise.resolve(answers.shift() ?? []) } });
    expect(await guard.addressesOf('example.com')).toEqual(['1.1.1.1', '2606:4700::1111']);
    await expect(guard.addressesOf('example.com')).rejects.toThrow(BlockedTarget);
  });

  it.each(['1.1.1.1', '[2606:4700::1111]'])('asks nobody for the address of %s', async (host) => {
    const resolver = { resolve: () => Promise.reject(new Error('nobody asks for it')) };
    expect(await aGuard({ resolver }).addressesOf(host)).toEqual([host.replace(/[[\]]/g, '')]);
  });

  it('judges a literal address like any other', async () => {
    await expect(aGuard().addressesOf('[::ffff:127.0.0.1]')).rejects.toThrow(BlockedTarget);
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
