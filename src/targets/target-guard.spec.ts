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

  it('allows only the ports in ALLOWED_TARGET_PORTS, if there are any', () => {
    const guard = aGuard({ ports: [443, 6379] });
    for (const url of ['https://1.1.1.1/', 'http://1.1.1.1:443/', 'http://1.1.1.1:6379/']) check(url, guard);
    for (const url of ['http://1.1.1.1/', 'https://1.1.1.1:8443/', 'http://1.1.1.1:0/']) {
      expect(() => {
        check(url, guard);
      }).toThrow(/ALLOWED_TARGET_PORTS/);
    }
  });

  it('refuses http if https is required', () => {
    const guard = aGuard({ requireHttps: true });
    check('https://1.1.1.1/', guard);
    expect(() => {
      check('http://1.1.1.1/', guard);
    }).toThrow(/REQUIRE_HTTPS/);
  });

  it('applies the scheme and port rules to allowed hosts too', () => {
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

  it('names the address, the rule and the setting', () => {
    expect(() => {
      check('http://169.254.169.254/');
    }).toThrow('must not point to 169.254.169.254 (link-local); ALLOWED_TARGET_CIDRS can allow it');
  });

  it('refuses a name if one of its addresses is blocked, and shows that address only to the operator', async () => {
    const blocked: BlockedAddress[] = [];
    const guard = aGuard({ resolver: resolvingTo('1.1.1.1', '10.0.0.1'), onBlocked: (each) => blocked.push(each) });
    const refused = guard.addressesOf('Example.com.');
    await expect(refused).rejects.toThrow('must not point to example.com, which has a blocked address (private);');
    await expect(refused).rejects.not.toThrow('10.0.0.1');
    expect(blocked).toEqual([{ host: 'example.com', address: '10.0.0.1', rule: 'private' }]);
  });

  it('refuses a name with an empty label, even below an allowed host', () => {
    for (const url of ['http://localhost../', 'http://a..svc.internal/', 'http://hook../', 'http://127.0.0.1../']) {
      expect(() => {
        check(url, aGuard({ hosts: ['*.svc.internal', 'hook', '*.'] }));
      }).toThrow(/has an empty label/);
    }
  });

  it('resolves a name on every call, and returns the addresses that it checked', async () => {
    const answers = [['1.1.1.1', '2606:4700::1111'], ['127.0.0.1']];
    const guard = aGuard({ resolver: { resolve: () => Promise.resolve(answers.shift() ?? []) } });
    expect(await guard.addressesOf('example.com')).toEqual(['1.1.1.1', '2606:4700::1111']);
    await expect(guard.addressesOf('example.com')).rejects.toThrow(BlockedTarget);
  });

  it.each(['1.1.1.1', '[2606:4700::1111]'])('does not resolve the literal address %s', async (host) => {
    const resolver = { resolve: () => Promise.reject(new Error('it should not be resolved')) };
    expect(await aGuard({ resolver }).addressesOf(host)).toEqual([host.replace(/[[\]]/g, '')]);
  });

  it('checks a literal address like any other', async () => {
    await expect(aGuard().addressesOf('[::ffff:127.0.0.1]')).rejects.toThrow(BlockedTarget);
  });

  it('allows what the operator allows and nothing else', async () => {
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
