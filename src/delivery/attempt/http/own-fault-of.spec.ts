import { ResolverUnreachable } from '../../../targets/index.js';
import { ProxyFailure, ProxyUnreachable } from './egress-proxy.js';
import { ownFaultOf } from './own-fault-of.js';
import { asConnectError, ConnectTimeout } from './target-connector.js';

const coded = (code: string, address = '192.0.2.1'): Error => Object.assign(new Error(code), { code, address });
const ofConnecting = (error: Error) => ownFaultOf(asConnectError(error));

describe('a fault of this service', () => {
  it.each([
    ['EMFILE', 'descriptors'],
    ['ENFILE', 'descriptors'],
    ['ENOMEM', 'memory'],
    ['ENOBUFS', 'memory'],
    ['EADDRNOTAVAIL', 'ports'],
    ['EAGAIN', 'ports'],
  ])('is a connection error %s', (code, fault) => {
    expect(ofConnecting(coded(code))).toBe(fault);
    expect(ofConnecting(new AggregateError([coded(code), coded(code, '192.0.2.2')]))).toBe(fault);
  });

  it('is an unreachable name server or egress proxy', () => {
    expect(ofConnecting(new ResolverUnreachable())).toBe('resolver');
    expect(ofConnecting(new ProxyUnreachable('away', { cause: coded('ECONNREFUSED') }))).toBe('egress_proxy');
    expect(ofConnecting(new ProxyUnreachable('away', { cause: coded('EMFILE') }))).toBe('descriptors');
    expect(ofConnecting(new ProxyUnreachable('away', { cause: new ResolverUnreachable() }))).toBe('resolver');
  });

  it.each([
    ['a refusal', coded('ECONNREFUSED')],
    ['a reset', coded('ECONNRESET')],
    ['a timeout', new ConnectTimeout(5000)],
    ['an unreachable network', coded('ENETUNREACH')],
    ['a name without an address', coded('ENOTFOUND')],
    ['a name that no name server answers for', coded('ETIMEDOUT')],
    ['a proxy that cannot reach the target', new ProxyFailure('the egress proxy answered 502')],
    ['an IPv6 address on a host without IPv6', coded('EADDRNOTAVAIL', '2001:db8::1')],
    ['one of several addresses', new AggregateError([coded('ECONNREFUSED'), coded('EMFILE')])],
    ['an unknown error', new TypeError('x is not a function')],
  ])('is not %s', (_, error) => {
    expect(ofConnecting(error)).toBeNull();
  });

  it('is not an error after the connection was made', () => {
    expect(ownFaultOf(coded('EMFILE'))).toBeNull();
    expect(ownFaultOf(coded('ENOBUFS'))).toBeNull();
    expect(ownFaultOf(undefined)).toBeNull();
  });
});
