import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { HostResolver } from '../../src/shared/targets/host-resolver.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { aDeliveryTo } from '../support/factories.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { selfSigned } from '../support/self-signed.js';
import { aSender, closeSenders } from '../support/senders.js';

const TIMEOUT_MS = 2000;
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
    await closeSenders();
    await proxy.stop();
    await receiver.close();
  });

  const senderFor = (resolver: HostResolver, userInfo = '') =>
    aSender({ resolver, allowedTargetCidrs: [], egressProxyUrl: proxy.url(userInfo) });

  it('asks the proxy for the address that was judged, and never for the name', async () => {
    const sender = senderFor(resolvingTo(['1.1.1.1']));

    const result = await sender.send(aDeliveryTo('http://hooks.example.com/a'), TIMEOUT_MS);

    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(proxy.authorities).toEqual(['1.1.1.1:80']);
    expect(proxy.heads.join()).not.toContain('hooks.example.com');
    expect(receiver.requests[0]!.headers['host']).toBe('hooks.example.com');
  });

  it('asks for IPv6 in brackets, for literal addresses as they stand, and for other ports', async () => {
    const sender = senderFor(resolvingTo(['2606:4700::1111']));
    await sender.send(aDeliveryTo('http://hooks.example.com:8080/'), TIMEOUT_MS);
    await sender.send(aDeliveryTo('http://[2606:4700::1112]/'), TIMEOUT_MS);
    await sender.send(aDeliveryTo('http://1.1.1.2/'), TIMEOUT_MS);

    expect(proxy.authorities).toEqual(['[2606:4700::1111]:8080', '[2606:4700::1112]:80', '1.1.1.2:80']);
  });

  it('uses its tunnels again', async () => {
    const sender = senderFor(resolvingTo(['1.1.1.1']));
    for (let n = 0; n < 6; n += 1) {
      expect(await sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS)).toMatchObject({
        statusCode: 200,
      });
    }
    // One may still be giving back its last answer when the next is wanted.
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

  it('judges a name anew at each connection', async () => {
    const sender = senderFor(resolvingTo(['1.1.1.1'], ['127.0.0.1']));
    expect(await sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS)).toMatchObject({ statusCode: 200 });

    // Another port, so another connection.
    const { error } = await sender.send(aDeliveryTo('http://hooks.example.com:8080/'), TIMEOUT_MS);

    expect(error?.code).toBe('blocked_address');
    expect(proxy.heads).toHaveLength(1);
  });

  it('speaks TLS with the target and not with the proxy, and checks its certificate', async () => {
    const target = createHttpsServer(selfSigned).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const names: string[] = [];
    target.on('tlsClientError', () => undefined);
    target.addContext('hooks.example.com', selfSigned);
    target.on('connection', (socket) => socket.once('data', (hello: Buffer) => names.push(hello.toString('latin1'))));
    await proxy.stop();
    proxy = await ConnectProxy.start((target.address() as AddressInfo).port);

    const { error } = await senderFor(resolvingTo(['1.1.1.1'])).send(
      aDeliveryTo('https://hooks.example.com/'),
      TIMEOUT_MS,
    );

    expect(error?.code).toBe('tls_failure');
    expect(proxy.authorities).toEqual(['1.1.1.1:443']);
    target.close();
    target.closeAllConnections();
  });

  it('shows the proxy who it is, and nobody else', async () => {
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
    ['407', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
    ['502', 'HTTP/1.1 502 Bad Gateway\r\n\r\n'],
    ['garbage', 'what?\r\n\r\n'],
    ['nothing', ''],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'x-filling: 0123456789\r\n'.repeat(5000)}`],
  ])('calls it proxy_failure when the proxy answers %s, and tells no password', async (_name, answers) => {
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

  it('waits no longer than the attempt may take for a proxy that hangs', async () => {
    proxy.behaviour = 'hang';
    const { error } = await senderFor(resolvingTo(['1.1.1.1'])).send(aDeliveryTo('http://hooks.example.com/'), 300);
    expect(error?.code).toBe('timeout');
  });

  it('calls it proxy_failure when the proxy is away', async () => {
    const sender = senderFor(resolvingTo(['1.1.1.1']));
    await proxy.stop();
    const { error } = await sender.send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS);
    proxy = await ConnectProxy.start(1);
    expect(error?.code).toBe('proxy_failure');
  });
});
