import { addressesInHostsFile } from './hosts-file.js';

const FILE = `
# 192.0.2.1 hooks.example.com
127.0.0.1\tlocalhost
192.0.2.2   Hooks.Example.com alias.example.com # 192.0.2.3 commented.example.com
2001:db8::2 hooks.example.com
nonsense    broken.example.com
192.0.2.4
`;

describe('the hosts file', () => {
  it.each([
    ['localhost', ['127.0.0.1']],
    ['hooks.example.com', ['192.0.2.2', '2001:db8::2']],
    ['alias.example.com', ['192.0.2.2']],
    ['commented.example.com', []],
    ['broken.example.com', []],
    ['192.0.2.4', []],
    ['example.com', []],
  ])('gives %s the addresses %p', (host, addresses) => {
    expect(addressesInHostsFile(FILE, host)).toEqual(addresses);
  });

  it('may have Windows line endings', () => {
    expect(addressesInHostsFile('192.0.2.1 a.example\r\n192.0.2.2 b.example\r\n', 'a.example')).toEqual(['192.0.2.1']);
  });
});
