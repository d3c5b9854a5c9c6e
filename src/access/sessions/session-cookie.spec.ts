import { clearCookie, isFromOwnPage, isInsecure, sessionCookies, setCookie } from './session-cookie.js';

const request = (headers: Readonly<Record<string, string>>) => ({
  headers: { host: 'webhooks.example.com', ...headers },
});
const LOCAL = { host: 'localhost:8000' };
const ASKED = { 'x-requested-with': 'webhooks' };

describe('the session cookie', () => {
  it('can be read by no script, is sent by no other site, and travels by https', () => {
    expect(setCookie(request({}), 'whs_1')).toBe(
      '__Host-webhooks_session=whs_1; Path=/; HttpOnly; SameSite=Strict; Secure',
    );
    expect(clearCookie(request({}))).toBe(
      '__Host-webhooks_session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0',
    );
  });

  it.each(['localhost:8000', '127.0.0.1', '[::1]:8000'])('needs no https at %s', (host) => {
    expect(setCookie(request({ host }), 'whs_1')).toBe('webhooks_session=whs_1; Path=/; HttpOnly; SameSite=Strict');
  });

  it('is found among others, by the name that a neighbour in the domain cannot set', () => {
    const cookie = 'a=b; webhooks_session=planted; __Host-webhooks_session=own; c';
    expect(sessionCookies(request({ cookie }))).toEqual(['own']);
    expect(sessionCookies(request({ ...LOCAL, cookie }))).toEqual(['own']);
    expect(sessionCookies(request({ ...LOCAL, cookie: 'webhooks_session=1; webhooks_session=2' }))).toEqual(['1', '2']);
    expect(sessionCookies(request({}))).toEqual([]);
  });

  it.each(['https://webhooks.example.com', 'http://webhooks.example.com', 'https://localhost:8443', 'null'])(
    'is a secure one for a page of %s behind a proxy that changes the Host',
    (origin) => {
      const proxied = request({ ...LOCAL, origin, cookie: 'webhooks_session=planted' });
      expect(setCookie(proxied, 'whs_1')).toBe(
        '__Host-webhooks_session=whs_1; Path=/; HttpOnly; SameSite=Strict; Secure',
      );
      expect(clearCookie(proxied)).toContain('__Host-webhooks_session=; ');
      expect(sessionCookies(proxied)).toEqual([]);
    },
  );

  it('needs no https for a page on this machine, whatever its port', () => {
    expect(setCookie(request({ ...LOCAL, origin: 'http://127.0.0.1:5173' }), 'whs_1')).not.toContain('Secure');
  });

  it('is refused by a browser on a page that came by http from another machine', () => {
    expect(isInsecure(request({ origin: 'http://webhooks.example.com' }))).toBe(true);
    expect(isInsecure(request({ origin: 'https://webhooks.example.com' }))).toBe(false);
    expect(isInsecure(request({ ...LOCAL, origin: 'http://localhost:8000' }))).toBe(false);
    expect(isInsecure(request({ ...LOCAL, origin: 'http://webhooks.example.com' }))).toBe(true);
  });
});

describe('a request with a cookie', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['a script of a page of this service', { ...ASKED, 'sec-fetch-site': 'same-origin' }],
    ['such a page behind a proxy that changes the Host', { ...ASKED, 'sec-fetch-site': 'same-origin', origin: 'https://a.example' }], // prettier-ignore
    ['an old browser', { ...ASKED, origin: 'https://webhooks.example.com' }],
    ['no browser', ASKED],
  ])('is taken from %s', (_, headers) => {
    expect(isFromOwnPage(request(headers))).toBe(true);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a form or a link, which cannot send the header', { 'sec-fetch-site': 'same-origin' }],
    ['a script that sends another header', { 'x-requested-with': 'XMLHttpRequest', 'sec-fetch-site': 'same-origin' }],
    ['another site', { ...ASKED, 'sec-fetch-site': 'cross-site' }],
    ['a neighbour in the domain', { ...ASKED, 'sec-fetch-site': 'same-site' }],
    ['the address bar', { ...ASKED, 'sec-fetch-site': 'none' }],
    ['another site, in an old browser', { ...ASKED, origin: 'https://a.example' }],
    ['a sandboxed frame', { ...ASKED, origin: 'null' }],
    ['another port', { ...ASKED, origin: 'https://webhooks.example.com:8443' }],
  ])('is not taken from %s', (_, headers) => {
    expect(isFromOwnPage(request(headers))).toBe(false);
  });
});
