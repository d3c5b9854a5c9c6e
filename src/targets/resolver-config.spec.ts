import { parseResolverConfig } from './resolver-config.js';

describe('the resolver configuration', () => {
  it.each([
    ['nameserver 192.0.2.1\nnameserver 2001:db8::1\n', ['192.0.2.1', '2001:db8::1']],
    ['nameserver 192.0.2.1:5353\nnameserver [2001:db8::1]:5353', ['192.0.2.1:5353', '[2001:db8::1]:5353']],
    ['  nameserver\t192.0.2.1   # ours', ['192.0.2.1']],
    ['nameserver 192.0.2.1\r\n', ['192.0.2.1']],
    ['# nameserver 192.0.2.1\n; nameserver 192.0.2.1\nnameserver\nnameservers 192.0.2.1', []],
    ['', []],
  ])('reads from %j the name servers %j', (text, servers) => {
    expect(parseResolverConfig(text).servers).toEqual(servers);
  });

  it.each(['nameserver fe80::1%eth0', 'nameserver 192.0.2.1\nnameserver fe80::1%eth0', 'nameserver localhost'])(
    'leaves the name servers to c-ares if one of them is not a plain address: %j',
    (text) => {
      expect(parseResolverConfig(text).servers).toEqual([]);
    },
  );

  it.each([
    ['search a.example B.Example.', ['a.example', 'b.example']],
    ['domain a.example b.example', ['a.example']],
    ['search a.example\nsearch b.example', ['b.example']],
    ['domain a.example\nsearch b.example c.example', ['b.example', 'c.example']],
    ['search b.example c.example\ndomain a.example', ['a.example']],
    ['search .', []],
    ['search a b c d e f g h', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['options ndots:5 timeout:1', []],
  ])('reads from %j the search domains %j', (text, searchDomains) => {
    expect(parseResolverConfig(text).searchDomains).toEqual(searchDomains);
  });
});
