import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { egressConnector } from '../../src/delivery/attempt/http/egress-proxy.js';
import type { HostResolver } from '../../src/targets/host-resolver.js';
import { TargetGuard } from '../../src/targets/target-guard.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { aDeliveryTo } from '../support/factories.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { selfSigned } from '../support/self-signed.js';
import { aSender, closeSenders } from '../support/senders.js';

/** Sender, proxy and receiver share one process, which may stand still for some seconds. */
const TIMEOUT_MS = 10_000;
const PASSWORD = 'hunter2';

const resolvingTo = (...answers: string[][]): HostResolver => ({
  resolve: () => Promise.resolve((answers.length > 1 ? answers.shift() : answers[0]) ?? []),
});

describe('a sender behind an egress proxy', () => {
  let receiver: ScriptedReceiver;
  let proxy: ConnectProxy;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
    proxy = await ConnectProxy.start(Number(new URL(receiver.url()).port));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await closeSenders();
    await proxy.stop();
    await receiver.close();
  });

  const senderFor = (resolver: HostResolver, userInfo = '') =>
    aSender({ resolver, allowedTargetCidrs: [], egressProxyUrl: proxy.url(userInfo) });

  it('asks the proxy for the checked address, and never for the name', async () => {
    const sender = senderFor(resolvingTo(['1.1.1.1']));

    const result = await sender.send(aDeliveryTo('http://hooks.example.com/a'), TIMEOUT_MS);

    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(proxy.authorities).toEqual(['1.1.1.1:80']);
    expect(proxy.heads.join()).not.toContain('hooks.example.com');
    expect(receiver.requests[0]!.headers['host']).toBe('hooks.example.com');
  });

  it('asks for IPv6 in brackets, for literal addresses unchanged, and for other ports', async () => {
    const sender = senderFor(resolvingTo(['2606:4700::1111']));
    await sender.send(aDeliveryTo('http://hooks.example.com:8080/'), TIMEOUT_MS);
    await sender.send(aDeliveryTo('http://[2606:4700::1112]/'), TIMEOUT_MS);
    await sender.send(aDeliveryTo('http://1.1.1.2/'), TIMEOUT_MS);

    expect(proxy.authorities).toEqual(['[2606:4700::1111]:8080', '[2606:4700::1112]:80', '1.1.1.2:80']);
  });

  it('reuses its tunnels', async () => {
    const sender = senderFor(resolvingTo(['1.1.1.1']));
    for (let n = 0; n < 6; n += 1) {
      expect(await sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS)).toMatchObject({
        statusCode: 200,
      });
    }
    // One tunnel may still be returning its last answer when the next is needed.
    expect(proxy.heads.length).toBeLessThanOrEqual(2);
  });

  it.each(['127.0.0.1', '169.254.169.254', '10.0.0.1', '::1', '::ffff:127.0.0.1'])(
    'refuses a name that leads to %s, and does not ask the proxy',
    async (address) => {
      const sender = senderFor(resolvingTo(['1.1.1.1', address]));

      const { error } = await sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS);

      expect(error?.code).toBe('blocked_address');
      expect(proxy.heads).toEqual([]);
    },
  );

  it('refuses a literal address that is blocked, and does not ask the proxy', async () => {
    const { error } = await senderFor(resolvingTo([])).send(aDeliveryTo('http://169.254.169.254/'), TIMEOUT_MS);
    expect(error?.code).toBe('blocked_address');
    expect(proxy.heads).toEqual([]);
  });

  it('checks a name anew for each connection', async () => {
    const sender = senderFor(resolvingTo(['1.1.1.1'], ['127.0.0.1']));
    expect(await sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS)).toMatchObject({ statusCode: 200 });

    // Another port needs another connection.
    const { error } = await sender.send(aDeliveryTo('http://hooks.example.com:8080/'), TIMEOUT_MS);

    expect(error?.code).toBe('blocked_address');
    expect(proxy.heads).toHaveLength(1);
  });

  describe('to a receiver that speaks TLS', () => {
    let target: HttpsServer;
    /** The names under which clients greeted the receiver. */
    let names: string[];
    let received: number;

    beforeEach(async () => {
      names = [];
      received = 0;
      const SNICallback = (name: string, done: (error: Error | null) => void): void => {
        names.push(name);
        done(null);
      };
      target = createHttpsServer({ ...selfSigned, SNICallback }, (_request, response) => {
        received += 1;
        response.end();
      }).listen(0, '127.0.0.1');
      await once(target, 'listening');
      await proxy.stop();
      proxy = await ConnectProxy.start((target.address() as AddressInfo).port);
    });

    afterEach(() => {
      target.close();
      target.closeAllConnections();
    });

    /** Runs `act` while the sender trusts only the issuer of the receiver's certificate. */
    const trusting = async <T>(act: () => Promise<T>): Promise<T> => {
      const trusted = getCACertificates('default');
      setDefaultCACertificates([selfSigned.cert]);
      try {
        return await act();
      } finally {
        setDefaultCACertificates(trusted);
      }
    };
    const sendTo = (url: string) =>
      aSender({
        resolver: resolvingTo(['1.1.1.1']),
        allowedTargetCidrs: [],
        allowedTargetHosts: ['localhost'],
        egressProxyUrl: proxy.url(),
      }).send(aDeliveryTo(url), TIMEOUT_MS);

    it('speaks TLS to it inside the tunnel under its name, which the proxy does not see', async () => {
      const result = await trusting(() => sendTo('https://localhost/'));

      expect(result).toMatchObject({ statusCode: 200, error: null });
      expect([names, received]).toEqual([['localhost'], 1]);
      expect(proxy.authorities).toEqual(['1.1.1.1:443']);
      expect(proxy.heads.join()).not.toContain('localhost');
    });

    it('refuses a certificate for another name', async () => {
      const { error } = await trusting(() => sendTo('https://hooks.example.com:8443/'));

      expect(error?.code).toBe('tls_failure');
      expect([names, received]).toEqual([['hooks.example.com'], 0]);
      expect(proxy.authorities).toEqual(['1.1.1.1:8443']);
    });

    it('refuses a certificate from an untrusted issuer', async () => {
      const { error } = await sendTo('https://localhost/');

      expect(error?.code).toBe('tls_failure');
      expect([names, received]).toEqual([['localhost'], 0]);
    });
  });

  it('authenticates to the proxy, and to no other server', async () => {
    await senderFor(resolvingTo(['1.1.1.1']), `me:${PASSWORD}@`).send(
      aDeliveryTo('http://hooks.example.com/'),
      TIMEOUT_MS,
    );

    const expected = `proxy-authorization: Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}`;
    expect(proxy.heads[0]!.toLowerCase()).toContain(expected.toLowerCase());
    expect(receiver.requests[0]!.headers['proxy-authorization']).toBeUndefined();
  });

  it.each([
    ['403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
    ['502', 'HTTP/1.1 502 Bad Gateway\r\n\r\n'],
    ['garbage', 'what?\r\n\r\n'],
    ['nothing', ''],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'x-filling: 0123456789\r\n'.repeat(5000)}`],
  ])('reports proxy_failure when the proxy answers %s, and reveals no password', async (_name, answers) => {
    proxy.behaviour = { answers };

    const { error } = await senderFor(resolvingTo(['1.1.1.1', '1.1.1.2']), `me:${PASSWORD}@`).send(
      aDeliveryTo('http://hooks.example.com/'),
      TIMEOUT_MS,
    );

    expect(error?.code).toBe('proxy_failure');
    expect(error?.message).not.toContain(PASSWORD);
    expect(proxy.authorities).toEqual(['1.1.1.1:80', '1.1.1.2:80']);
    expect(receiver.requests).toEqual([]);
  });

  it('waits for a hanging proxy no longer than the attempt may take', async () => {
    proxy.behaviour = 'hang';
    const { error } = await senderFor(resolvingTo(['1.1.1.1'])).send(aDeliveryTo('http://hooks.example.com/'), 300);
    expect(error?.code).toBe('timeout');
  });

  it('counts no attempt when the proxy does not accept its credentials', async () => {
    proxy.behaviour = { answers: 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n' };
    const sent = senderFor(resolvingTo(['1.1.1.1', '1.1.1.2'])).send(
      aDeliveryTo('http://hooks.example.com/'),
      TIMEOUT_MS,
    );
    await expect(sent).rejects.toMatchObject({ fault: 'egress_proxy' });
    // The others would be refused as well.
    expect(proxy.authorities).toEqual(['1.1.1.1:80']);
  });

  it('counts no attempt when the proxy is away', async () => {
    const url = proxy.url(`me:${PASSWORD}@`);
    const sender = aSender({ resolver: resolvingTo(['1.1.1.1']), allowedTargetCidrs: [], egressProxyUrl: url });
    await proxy.stop();
    const sent = sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS);
    await expect(sent).rejects.toMatchObject({ fault: 'egress_proxy' });
    proxy = await ConnectProxy.start(1);
  });

  it('resolves the name of the proxy as it resolves those of targets', async () => {
    const { port } = new URL(proxy.url());
    const resolver: HostResolver = {
      resolve: (host) => Promise.resolve([host === 'proxy.example' ? '127.0.0.1' : '1.1.1.1']),
    };
    const egressProxyUrl = `http://proxy.example:${port}`;
    const sender = aSender({ resolver, allowedTargetCidrs: [], egressProxyUrl });
    expect(await sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS)).toMatchObject({ statusCode: 200 });
    expect(proxy.authorities).toEqual(['1.1.1.1:80']);
  });

  it('reports dns_failure when a name has no address', async () => {
    const { error } = await senderFor(resolvingTo([])).send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS);
    expect(error?.code).toBe('dns_failure');
    expect(proxy.heads).toEqual([]);
  });

  describe('and its connections', () => {
    /** The limit that must end the attempt. */
    const CONNECT_TIMEOUT_MS = 400;
    const rules = { allowedTargetCidrs: [], allowedTargetHosts: [], allowedTargetPorts: [], requireHttps: false };

    /** Null when the connection was made. */
    const connectBy = (resolver: HostResolver, timeoutMs = TIMEOUT_MS): Promise<Error | null> => {
      const connect = egressConnector(new TargetGuard(rules, resolver), new URL(proxy.url()), resolver, timeoutMs);
      return new Promise((resolve) => {
        connect({ protocol: 'http:', hostname: 'hooks.example.com', port: '' }, (error, socket) => {
          socket?.destroy();
          resolve(error);
        });
      });
    };
    const never: HostResolver = { resolve: () => new Promise(() => undefined) };

    it.each([
      ['an unresolved name', 'tunnel', never],
      ['a proxy that does not answer', 'hang', resolvingTo(['1.1.1.1', '1.1.1.2', '1.1.1.3'])],
      ['a proxy with an endless answer', 'trickle', resolvingTo(['1.1.1.1'])],
    ] as const)('take no longer than they may: %s', async (_name, behaviour, resolver) => {
      proxy.behaviour = behaviour;
      const timers = jest.spyOn(globalThis, 'setTimeout');
      expect(await connectBy(resolver, CONNECT_TIMEOUT_MS)).toMatchObject({ code: 'ETIMEDOUT' });
      expect(timers).toHaveBeenCalledWith(expect.anything(), CONNECT_TIMEOUT_MS);
    });

    it.each([
      ['hangs', 'hang'],
      ['fails', { answers: 'HTTP/1.1 504 Gateway Timeout\r\n\r\n' }],
    ] as const)('are made to the next address when the first one %s', async (_name, behaviour) => {
      proxy.exceptions.set('1.1.1.1:80', behaviour);
      expect(await connectBy(resolvingTo(['1.1.1.1', '2606:4700::1111']))).toBeNull();
      expect(proxy.authorities).toEqual(['1.1.1.1:80', '[2606:4700::1111]:80']);
    });

    it('are tried to the first few of many addresses only, and all of them are checked', async () => {
      proxy.behaviour = { answers: 'HTTP/1.1 502 Bad Gateway\r\n\r\n' };
      const many = Array.from({ length: 20 }, (_, n) => `1.1.1.${n}`);
      await connectBy(resolvingTo(many));
      expect(proxy.authorities).toEqual(many.slice(0, 4).map((address) => `${address}:80`));

      const error = await connectBy(resolvingTo([...many, '10.0.0.1']));
      expect(error?.message).toContain('which has a blocked address (private)');
      expect(proxy.heads).toHaveLength(4);
    });

    it('are established by any 2xx', async () => {
      proxy.behaviour = { answers: 'HTTP/1.1 299 Fine\r\n\r\n' };
      expect(await connectBy(resolvingTo(['1.1.1.1']))).toBeNull();
    });
  });
});
