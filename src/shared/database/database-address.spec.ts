import { AddressFault, parseDatabaseUrl } from './database-address.js';

const PLAIN = { host: 'h', port: 5432, user: 'u', password: 'p', database: 'd', options: '' };

describe('DATABASE_URL', () => {
  it.each([
    ['postgres://u:p@h/d', {}],
    ['postgresql://u:p@h:6432/d', { port: 6432 }],
    ['POSTGRES://u:p@h:/d', {}],
    ['postgres://u:p@[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgres://u:p@/d', { host: 'localhost' }],
    ['postgres:///d', { host: 'localhost', user: undefined, password: '' }],
    ['postgres://h', { user: undefined, password: '', database: undefined }],
    ['postgres://', { host: 'localhost', user: undefined, password: '', database: undefined }],
    ['postgres://u:p@/d?host=/cloudsql/project:region:name', { host: '/cloudsql/project:region:name' }],
    ['postgres://u:p@localhost/d?host=/var/run/postgresql', { host: '/var/run/postgresql' }],
    ['postgres:///d?host=other&port=1&user=u&password=p%40', { host: 'other', port: 1, password: 'p@' }],
    ['postgres:///?host=h&dbname=d&user=u&password=p', {}],
    ['postgres://u:p@%2Fvar%2Frun%2Fpostgresql/d', { host: '/var/run/postgresql' }],
    ['postgres://u:p@%2Fvar%2Frun:5433/d', { host: '/var/run', port: 5433 }],
    ['postgres://u@h/d', { password: '' }],
    ['postgres://u:@h/d', { password: '' }],
    ['postgres://u:a:b@h/d', { password: 'a:b' }],
    ['postgres://u:a@b@h/d', { password: 'a@b' }],
    ['postgres://u:50%off@h/d', { password: '50%off' }],
    ['postgres://u:%20%2F%3F%23%25%C3%A4+@h/d', { password: ' /?#%ä+' }],
    ['postgres://u:a#b@h/d', { password: 'a#b' }],
    ['postgres://user%40example.com:p@h/my%20base', { user: 'user@example.com', database: 'my base' }],
    ['postgres://u:p@h/d?options=-c%20search_path%3Dhooks', { options: '-c search_path=hooks' }],
    ['postgres://u:p@h/d?options=-c+search_path%3Da%2Bb', { options: '-c search_path=a+b' }],
    ['postgres://u:p@h/d?pgbouncer=true&connection_limit=1&query_timeout=1&host=', {}],
  ])('may be %s', (url, expected) => {
    const { query: _query, ...address } = parseDatabaseUrl(url);
    expect(address).toEqual({ ...PLAIN, ...expected });
  });

  it.each([
    ['mysql://u:hunter2@h/d', 'starts with postgres://'],
    ['host=h password=hunter2', 'starts with postgres://'],
    ['postgres://u:hunter2@h:port/d', 'port'],
    ['postgres://u:hunter2@h:0/d', 'port'],
    ['postgres://u:hunter2@h:65536/d', 'port'],
    ['postgres://u:hunter2@h1,h2/d', 'one host'],
    ['postgres://u:hunter2@h1:1,h2:2/d', 'one host'],
    ['postgres://u:hunter2@/d?host=h1,h2', 'one host'],
    ['postgres://u:hunter2/x@h/d', '%2F'],
    ['postgres://u:hunter2@hunter2/x@h/d', '%2F'],
    ['postgres://u:hunter2?x@h/d', '%3F'],
    ['postgres://u:hunter2%E4@h/d', 'UTF-8'],
    ['postgres://u:hunter2@a b/d', 'host'],
    ['postgres://u:hunter2@[::1/d', 'host'],
  ])('is refused without repeating the password: %s', (url, reason) => {
    const failure = ((): unknown => {
      try {
        return parseDatabaseUrl(url);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(AddressFault);
    expect(String(failure)).toContain(reason);
    expect(String(failure)).not.toContain('hunter2');
  });
});
