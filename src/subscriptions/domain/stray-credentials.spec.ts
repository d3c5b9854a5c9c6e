import { strayCredentials } from './stray-credentials.js';

const THERE = 'https://there.example/a';
const former = {
  targetUrl: THERE,
  headers: { 'X-Token': { box: 'box of the header' }, 'X-Plain': 'plain' },
  auth: { type: 'bearer' as const, box: 'box of the token' },
};
const pointers = (changes: Partial<typeof former>): string[] =>
  strayCredentials(former, { ...former, ...changes }).map(({ pointer }) => pointer);

describe('credentials when the target changes', () => {
  it('stay where the host stays', () => {
    expect(pointers({ targetUrl: 'https://there.example/b?c' })).toEqual([]);
  });

  it.each(['https://elsewhere.example/a', 'http://there.example/a', 'https://there.example:8443/a'])(
    'do not follow to another host, scheme or port: %s',
    (targetUrl) => {
      expect(pointers({ targetUrl })).toEqual(['/auth', '/headers/X-Token']);
    },
  );

  it('do not follow under another spelling of the name', () => {
    const headers = { 'x-token': former.headers['X-Token'] } as never;
    expect(pointers({ targetUrl: 'https://elsewhere.example/a', headers })).toEqual(['/auth', '/headers/x-token']);
  });

  it('go along when they are given again, or taken away', () => {
    const targetUrl = 'https://elsewhere.example/a';
    const headers = { ...former.headers, 'X-Token': { box: 'another box' } };
    const auth = { ...former.auth, box: 'another box, too' };
    expect(pointers({ targetUrl, headers, auth })).toEqual([]);
    expect(strayCredentials(former, { targetUrl, headers: {}, auth: null })).toEqual([]);
  });
});
