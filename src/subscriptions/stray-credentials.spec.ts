import { strayCredentials } from './stray-credentials.js';

const PREVIOUS_URL = 'https://there.example/a';
const previous = {
  targetUrl: PREVIOUS_URL,
  headers: { 'X-Token': { box: 'box of the header' }, 'X-Plain': 'plain' },
  auth: { type: 'bearer' as const, box: 'box of the token' },
};
const pointers = (changes: Partial<typeof previous>): string[] =>
  strayCredentials(previous, { ...previous, ...changes }).map(({ pointer }) => pointer);

describe('credentials when the target changes', () => {
  it('are kept if the origin stays the same', () => {
    expect(pointers({ targetUrl: 'https://there.example/b?c' })).toEqual([]);
  });

  it.each(['https://elsewhere.example/a', 'http://there.example/a', 'https://there.example:8443/a'])(
    'are refused for another host, scheme or port: %s',
    (targetUrl) => {
      expect(pointers({ targetUrl })).toEqual(['/auth', '/headers/X-Token']);
    },
  );

  it('are refused under another spelling of the header name', () => {
    const headers = { 'x-token': previous.headers['X-Token'] } as never;
    expect(pointers({ targetUrl: 'https://elsewhere.example/a', headers })).toEqual(['/auth', '/headers/x-token']);
  });

  it('are named by a valid JSON pointer', () => {
    const headers = { 'X~Token': previous.headers['X-Token'] } as never;
    expect(pointers({ targetUrl: 'https://elsewhere.example/a', headers })).toEqual(['/auth', '/headers/X~0Token']);
  });

  it('are accepted if they are given again or removed', () => {
    const targetUrl = 'https://elsewhere.example/a';
    const headers = { ...previous.headers, 'X-Token': { box: 'another box' } };
    const auth = { ...previous.auth, box: 'another box, too' };
    expect(pointers({ targetUrl, headers, auth })).toEqual([]);
    expect(strayCredentials(previous, { targetUrl, headers: {}, auth: null })).toEqual([]);
  });
});
