import { eventTypesOf } from './event-type-pattern.js';
import { readTargetHost } from './target-host.js';

describe('the host of a target', () => {
  it.each([
    ['hooks.example.com', 'hooks.example.com'],
    ['Hooks.Example.COM', 'hooks.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['192.0.2.7', '192.0.2.7'],
    ['[2001:DB8::1]', '[2001:db8::1]'],
    ['2001:db8::1', '[2001:db8::1]'],
  ])('is read as target URLs contain it: %s', (text, host) => {
    expect(readTargetHost(text)).toBe(host);
  });

  it.each([
    '',
    'https://example.com',
    'example.com:8443',
    'example.com/hooks',
    'user@example.com',
    'a b',
    '[::1',
    '300.1.1.1',
  ])('is no URL and has no port: "%s"', (text) => {
    expect(readTargetHost(text)).toBeNull();
  });
});

describe('the event types of a pattern', () => {
  it('are one, all that begin with its words, or all', () => {
    expect(eventTypesOf('order.paid')).toEqual({ only: 'order.paid' });
    expect(eventTypesOf('*')).toBeNull();
    const { from, before } = eventTypesOf('order.*') as { from: string; before: string };
    const isIn = (type: string): boolean => type >= from && type < before;
    expect(['order.paid', 'order.item.added', 'order.-', 'order.Z'].every(isIn)).toBe(true);
    expect(['order', 'orders', 'orders.x', 'order-x', 'ordes.x'].some(isIn)).toBe(false);
  });
});
