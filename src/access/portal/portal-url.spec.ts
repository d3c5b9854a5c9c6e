import type { Settings } from '../../shared/config/settings.js';
import { PublicUrlMissing } from './portal.errors.js';
import { PortalUrl } from './portal-url.js';

const LOCAL = { host: 'localhost:8000' };

describe('the URL of the portal', () => {
  const baseFor = (headers: Readonly<Record<string, string>>, publicUrl?: string): string =>
    new PortalUrl({ publicUrl } as Settings).baseFor({ headers });

  it('is PUBLIC_URL, whatever the request says', () => {
    const headers = { host: 'other', 'x-forwarded-host': 'another' };
    expect(baseFor(headers, 'https://hooks.example.com/')).toBe('https://hooks.example.com');
  });

  it('is that of the request on this machine', () => {
    expect(baseFor(LOCAL)).toBe('http://localhost:8000');
    expect(baseFor({ ...LOCAL, origin: 'http://localhost:8000' })).toBe('http://localhost:8000');
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['the Host is another one', { host: 'hooks.example.com' }],
    ['the page is elsewhere', { ...LOCAL, origin: 'https://hooks.example.com' }],
    ['a proxy names the client', { ...LOCAL, 'x-forwarded-for': '203.0.113.7' }],
    ['a proxy names its own host', { ...LOCAL, 'x-forwarded-host': 'hooks.example.com' }],
    ['a proxy takes https', { ...LOCAL, 'x-forwarded-proto': 'https' }],
    ['a proxy says so by the standard', { ...LOCAL, forwarded: 'host=hooks.example.com' }],
  ])('is unknown if %s', (_, headers) => {
    expect(() => baseFor(headers)).toThrow(PublicUrlMissing);
  });
});
