import { SystemHostResolver } from '../../src/shared/targets/host-resolver.js';
import { NameServer } from '../support/name-server.js';

/** Far more than look-ups of the operating system run at once, and as many as a socket's buffer takes in one go. */
const DEAD_NAMES = 100;

describe('the resolver of host names, asking a name server', () => {
  let server: NameServer;
  let resolver: SystemHostResolver;

  beforeEach(async () => {
    server = await NameServer.start({
      'both.example.com': { addresses: ['2001:db8::1', '192.0.2.1', '192.0.2.2'] },
      'six.example.com': { addresses: ['2001:db8::1'] },
      'nothing.example.com': { addresses: [] },
      'broken.example.com': { failure: 'SERVFAIL' },
      'refused.example.com': { failure: 'REFUSED' },
      'dead.example.com': { failure: 'silence' },
    });
    resolver = new SystemHostResolver({ dnsServers: [server.address] });
  });

  afterEach(() => server.close());

  it('brings all addresses of a name, those of IPv4 first', async () => {
    expect(await resolver.resolve('both.example.com')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(await resolver.resolve('six.example.com')).toEqual(['2001:db8::1']);
  });

  it('asks again each time: a name that turned is seen at once', async () => {
    expect(await resolver.resolve('six.example.com')).toEqual(['2001:db8::1']);
    server.names = { 'six.example.com': { addresses: ['192.0.2.6'] } };
    expect(await resolver.resolve('six.example.com')).toEqual(['192.0.2.6']);
  });

  it.each([
    ['unknown.example.com', 'ENOTFOUND'],
    ['nothing.example.com', 'ENODATA'],
    ['broken.example.com', 'EAI_AGAIN'],
    ['refused.example.com', 'EAI_AGAIN'],
    ['dead.example.com', 'ETIMEDOUT'],
  ])('says of %s %s', async (host, code) => {
    await expect(resolver.resolve(host)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(host) as string,
    });
  });

  it('says of a name server that is not there nothing that would speak of the target', async () => {
    const gone = await NameServer.start();
    const { address } = gone;
    await gone.close();
    const asking = new SystemHostResolver({ dnsServers: [address] }).resolve('both.example.com');
    await expect(asking).rejects.toMatchObject({
      code: 'EAI_AGAIN',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('finds a name while very many others get no answer', async () => {
    const names = Array.from({ length: DEAD_NAMES }, (_, n) => `dead-${n}.example.com`);
    server.names = { ...server.names, ...Object.fromEntries(names.map((name) => [name, { failure: 'silence' }])) };
    let given = 0;
    const dead = names.map((name) => resolver.resolve(name).catch(() => (given += 1)));

    expect(await resolver.resolve('both.example.com')).toHaveLength(3);
    expect(given).toBe(0);
    await Promise.all(dead);
    expect(given).toBe(DEAD_NAMES);
  });

  it('asks /etc/hosts before any name server', async () => {
    expect(await resolver.resolve('localhost')).toContain('127.0.0.1');
    expect(server.asked).toEqual([]);
  });
});

describe('the resolver of host names, when a name server is not set', () => {
  it('finds what the operating system knows', async () => {
    expect(await new SystemHostResolver({ dnsServers: [] }).resolve('localhost')).toContain('127.0.0.1');
  });
});
