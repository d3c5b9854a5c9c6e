import { clientAddressOf } from './client-address.js';

const requestFrom = (ip: string | undefined, remoteAddress: string | undefined) =>
  ({ ip, socket: { remoteAddress } }) as Parameters<typeof clientAddressOf>[0];

describe('the address of a client', () => {
  it.each([['203.0.113.7'], ['2001:db8::7'], ['::ffff:203.0.113.7']])('is the one that a proxy names: %s', (ip) => {
    expect(clientAddressOf(requestFrom(ip, '10.0.0.1'))).toBe(ip);
  });

  it.each([
    ['unknown'],
    ['_hidden'],
    ['203.0.113.7:1234'],
    ['[2001:db8::7]'],
    ['<script>'],
    [''],
    ['1'.repeat(5000)],
    [`fe80::1%${'a'.repeat(5000)}`],
  ])('is that of the connection when a proxy names none, but %.20s', (ip) => {
    expect(clientAddressOf(requestFrom(ip, '10.0.0.1'))).toBe('10.0.0.1');
  });

  it('is not known when the connection is closed', () => {
    expect(clientAddressOf(requestFrom(undefined, undefined))).toBeNull();
  });
});
