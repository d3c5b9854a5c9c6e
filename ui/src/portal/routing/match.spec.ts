import { describe, expect, it } from 'vitest';
import { matchOf, pathOf, type Route, searchIn, textOf } from './match';

const route = (path: string, parent?: string): Route => ({
  path,
  ...(parent !== undefined && { parent }),
  component: () => null,
  preload: () => undefined,
});
const ROUTES = [
  route('/subscriptions'),
  route('/subscriptions/$subscriptionId'),
  route('/subscriptions/new'),
  route('/deliveries'),
  route('/deliveries/$deliveryId', '/deliveries'),
];
const shown = (pathname: string) => {
  const match = matchOf(ROUTES, pathname);
  return match && [match.routes.map(({ path }) => path), match.params];
};

describe('a path', () => {
  it.each([
    ['/subscriptions', ['/subscriptions'], {}],
    ['/subscriptions/', ['/subscriptions'], {}],
    ['/subscriptions/sub_1', ['/subscriptions/$subscriptionId'], { subscriptionId: 'sub_1' }],
    ['/subscriptions/new', ['/subscriptions/new'], {}],
    ['/deliveries/dlv_%C3%A9', ['/deliveries', '/deliveries/$deliveryId'], { deliveryId: 'dlv_é' }],
    ['/deliveries/%', ['/deliveries', '/deliveries/$deliveryId'], { deliveryId: '%' }],
  ])('%s shows %j', (pathname, paths, params) => {
    expect(shown(pathname)).toEqual([paths, params]);
  });

  it.each(['/', '/admin', '/deliveries/dlv_1/more'])('%s shows nothing', (pathname) => {
    expect(shown(pathname)).toBeNull();
  });

  it('is made of a route and its parameters, whatever they contain', () => {
    expect(pathOf('/deliveries/$deliveryId', { deliveryId: 'a/b' })).toBe('/deliveries/a%2Fb');
  });
});

describe('what a URL says', () => {
  it('is readable, and only what is text', () => {
    expect(textOf({ status: 'failed,retrying', since: '12:00', tab: undefined, page: 3 })).toBe(
      '?status=failed,retrying&since=12:00',
    );
    expect(textOf({})).toBe('');
    expect(searchIn('?status=failed,retrying&q=a%26b')).toEqual({ status: 'failed,retrying', q: 'a&b' });
  });
});
