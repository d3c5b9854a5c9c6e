import { createHook } from 'node:async_hooks';
import { lookup } from 'node:dns/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResolverUnreachable } from '../../src/targets/name-servers.js';
import { SystemHostResolver } from '../../src/targets/host-resolver.js';
import { eventually } from '../support/eventually.js';
import { NameServer } from '../support/name-server.js';

/** Far more look-ups than the operating system runs at once, and as many as the buffer of a socket takes at once. */
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

  it('returns all addresses of a name, IPv4 first', async () => {
    expect(await resolver.resolve('both.example.com')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(await resolver.resolve('six.example.com')).toEqual(['2001:db8::1']);
  });

  it('asks again each time, so that a changed name is seen at once', async () => {
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
  ])('fails for %s with %s', async (host, code) => {
    await expect(resolver.resolve(host)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(host) as string,
    });
  });

  it('distinguishes a name whose servers do not answer from name servers that do not answer', async () => {
    await expect(resolver.resolve('dead.example.com')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    server.isSilent = true;
    await expect(resolver.resolve('both.example.com')).rejects.toThrow(ResolverUnreachable);
    server.isSilent = false;
    expect(await resolver.resolve('both.example.com')).toHaveLength(3);
  });

  it('reports silent name servers before a connection would be given up, and asks once for all waiting names', async () => {
    server.isSilent = true;
    const names = Array.from({ length: 50 }, (_, n) => `name-${n}.example.com`);
    const outcomes = await Promise.allSettled(names.map((name) => resolver.resolve(name)));
    const reasons = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason as unknown);
    expect(reasons.every((reason) => reason instanceof ResolverUnreachable)).toBe(true);
    // One question with its few retries.
    expect(server.asked.filter((name) => name === '.').length).toBeLessThanOrEqual(4);
  });

  it('gives slow servers more time, once it knows that they are slow', async () => {
    server.names = { '.': { addresses: [], delaySeconds: 0.8 }, 'slow.example.com': { failure: 'silence' } };
    await expect(resolver.resolve('slow.example.com')).rejects.toThrow(ResolverUnreachable);
    await eventually(
      () => resolver.resolve('slow.example.com').catch((error: unknown) => (error as { code: string }).code),
      {
        until: (code) => code === 'ETIMEDOUT',
      },
    );
  });

  it('reports that the name servers are away when nothing listens at their address', async () => {
    const gone = await NameServer.start();
    const { address } = gone;
    await gone.close();
    const asking = new SystemHostResolver({ dnsServers: [address] }).resolve('both.example.com');
    await expect(asking).rejects.toThrow(ResolverUnreachable);
  });

  it('returns the addresses of one kind when there is no answer about the other', async () => {
    server.names = { 'half.example.com': { addresses: ['192.0.2.1'], silentAbout: 'AAAA' } };
    expect(await resolver.resolve('half.example.com')).toEqual(['192.0.2.1']);
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

describe('the resolver of host names, without a configured name server', () => {
  let server: NameServer;
  let directory: string;

  beforeEach(async () => {
    server = await NameServer.start({ 'hook.a.example': { addresses: ['192.0.2.1'] } });
    directory = await mkdtemp(join(tmpdir(), 'resolver-'));
  });

  afterEach(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  /** The settings of an operating system that asks the name server of the test. */
  const resolverFor = async (config: string): Promise<SystemHostResolver> => {
    const paths = { hosts: join(directory, 'hosts'), resolverConfig: join(directory, 'resolv.conf') };
    await writeFile(paths.hosts, '192.0.2.7 known.example\n');
    await writeFile(paths.resolverConfig, `nameserver ${server.address}\n${config}`);
    return new SystemHostResolver({ dnsServers: [] }, paths);
  };

  it('finds names from the files of the operating system', async () => {
    expect(await new SystemHostResolver({ dnsServers: [] }).resolve('localhost')).toContain('127.0.0.1');
    expect(await (await resolverFor('')).resolve('known.example')).toEqual(['192.0.2.7']);
  });

  it('tries the search domains: first for a name without a dot, after a failed look-up for another', async () => {
    server.names = { ...server.names, 'hooks.team.b.example': { addresses: ['192.0.2.2'] } };
    const resolver = await resolverFor('search a.example b.example\n');

    expect(await resolver.resolve('hook')).toEqual(['192.0.2.1']);
    expect(server.asked.filter((name) => name === 'hook')).toEqual([]);
    expect(await resolver.resolve('hooks.team')).toEqual(['192.0.2.2']);
    expect([...new Set(server.asked)]).toEqual([
      'hook.a.example',
      'hooks.team',
      'hooks.team.a.example',
      'hooks.team.b.example',
    ]);
    await expect(resolver.resolve('nobody.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('holds none of the threads that all look-ups of the operating system share', async () => {
    const held: string[] = [];
    const hook = createHook({
      init(_id, type) {
        if (/GETADDRINFO|FSREQ/.test(type)) held.push(type);
      },
    });
    const resolver = await resolverFor('search a.example\n');
    // The names are unknown as they stand, and get no answer in the search domain.
    const names = Array.from({ length: DEAD_NAMES }, (_, n) => `dead-${n}.example.com`);
    server.names = Object.fromEntries(names.map((name) => [`${name}.a.example`, { failure: 'silence' as const }]));

    hook.enable();
    const asked = names.map((name) => resolver.resolve(name));
    const settled = Promise.allSettled(asked);
    await eventually(() => names.filter((name) => server.asked.includes(`${name}.a.example`)), {
      until: ({ length }) => length === DEAD_NAMES,
    });
    hook.disable();

    expect(held).toEqual([]);
    // Other look-ups, such as that of a database, can therefore continue.
    const others = lookup('localhost').then(() => 'answered');
    expect(await Promise.race([others, settled.then(() => 'waited')])).toBe('answered');
    await settled;
  });
});
