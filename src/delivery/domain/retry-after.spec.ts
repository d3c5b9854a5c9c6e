import fc from 'fast-check';
import { retryAfterMs } from './retry-after.js';

/** January 31, 2026 is a Saturday. */
const NOW = Date.UTC(2026, 0, 31, 12);
const HOUR_MS = 3_600_000;

describe('Retry-After', () => {
  it.each([
    ['as an IMF-fixdate', 'Sat, 31 Jan 2026 13:00:00 GMT'],
    ['as an RFC 850 date', 'Saturday, 31-Jan-26 13:00:00 GMT'],
    ['as an asctime date', 'Sat Jan 31 13:00:00 2026'],
    ['as seconds', '3600'],
    ['as seconds with leading zeros', '0003600'],
    ['with surrounding whitespace', ' \t3600\t '],
  ])('is accepted %s', (_, text) => {
    expect(retryAfterMs(text, NOW)).toBe(HOUR_MS);
  });

  it('is accepted as an asctime date with a one-digit day', () => {
    expect(retryAfterMs('Sun Feb  1 12:00:00 2026', NOW)).toBe(24 * HOUR_MS);
  });

  it.each([
    ['', 'empty'],
    ['soon', 'a word'],
    ['-5', 'a negative number'],
    ['+5', 'a sign'],
    ['1.5', 'a fraction'],
    ['1e3', 'an exponent'],
    ['0x10', 'another base'],
    ['３６００', 'digits of another script'],
    ['3600s', 'a unit'],
    ['3600, 3600', 'two numbers'],
    ['2026-01-31T13:00:00Z', 'an RFC 3339 date'],
    ['Sat, 31 Jan 2026 13:00:00', 'no time zone'],
    ['Sat, 31 Jan 2026 13:00:00 UTC', 'another name of the time zone'],
    ['Sat, 31 Jan 2026 13:00:00 +0000', 'an offset'],
    ['Sat, 31 Jan 2026 14:00:00 CET', 'another time zone'],
    ['sat, 31 jan 2026 13:00:00 gmt', 'lower case'],
    ['31 Jan 2026 13:00:00 GMT', 'no weekday'],
    ['Sun, 31 Jan 2026 13:00:00 GMT', 'the wrong weekday'],
    ['Saturday, 31 Jan 2026 13:00:00 GMT', 'the full name of the weekday'],
    ['Sat, 31-Jan-26 13:00:00 GMT', 'a mixture of formats'],
    ['Sunday, 01-Feb-2026 13:00:00 GMT', 'a four-digit year in an RFC 850 date'],
    ['Sun, 1 Feb 2026 13:00:00 GMT', 'a one-digit day'],
    ['Sun Feb 1 13:00:00 2026', 'a one-digit day without padding'],
    ['Mon, 30 Feb 2026 13:00:00 GMT', 'a day that does not exist'],
    ['Mon, 29 Feb 2027 13:00:00 GMT', 'a leap day in a common year'],
    ['Sat, 31 Jan 2026 24:00:00 GMT', 'hour 24'],
    ['Sat, 31 Jan 2026 13:60:00 GMT', 'minute 60'],
    ['Sat, 31 Jan 2026 13:00:60 GMT', 'a leap second in the middle of a day'],
    ['Sat, 31 Jan 2026 23:59:61 GMT', 'second 61'],
    ['Sat, 31 Jan 2026 13:00:00 GMT (noon)', 'a comment'],
    ['Sat, 31 Jan 12026 13:00:00 GMT', 'a five-digit year'],
    ['1/31/2026', 'another date format'],
  ])('is ignored when it is "%s": %s', (text) => {
    expect(retryAfterMs(text, NOW)).toBe(0);
  });

  it('is ignored when the date is in the past', () => {
    expect(retryAfterMs('Sat, 31 Jan 2026 11:00:00 GMT', NOW)).toBe(0);
    expect(retryAfterMs('Wed, 21 Oct 2015 07:28:00 GMT', NOW)).toBe(0);
    expect(retryAfterMs('Fri, 02 Jan 0026 13:00:00 GMT', NOW)).toBe(0);
  });

  it('accepts a leap second', () => {
    expect(retryAfterMs('Sat, 31 Jan 2026 23:59:60 GMT', NOW)).toBe(12 * HOUR_MS - 1000);
  });

  it('accepts a leap day', () => {
    expect(retryAfterMs('Tue, 29 Feb 2028 12:00:00 GMT', NOW)).toBe(Date.UTC(2028, 1, 29, 12) - NOW);
  });

  it('reads a two-digit year as at most 50 years ahead, otherwise as past', () => {
    expect(retryAfterMs('Friday, 31-Jan-76 12:00:00 GMT', NOW)).toBe(Date.UTC(2076, 0, 31, 12) - NOW);
    // One second more than 50 years ahead means 1976, when January 31 was a Saturday.
    expect(retryAfterMs('Saturday, 31-Jan-76 12:00:01 GMT', NOW)).toBe(0);
    expect(retryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', NOW)).toBe(0);
    expect(retryAfterMs('Saturday, 01-Jan-00 00:00:00 GMT', Date.UTC(2099, 11, 31))).toBe(0);
    expect(retryAfterMs('Friday, 01-Jan-00 00:00:00 GMT', Date.UTC(2099, 11, 31))).toBe(24 * HOUR_MS);
  });

  it('accepts any number of seconds and any four-digit year', () => {
    expect(retryAfterMs('9'.repeat(400), NOW)).toBe(Infinity);
    expect(retryAfterMs('Fri, 31 Dec 9999 23:59:59 GMT', NOW)).toBe(Date.UTC(9999, 11, 31, 23, 59, 59) - NOW);
  });

  it('means the same in all three date formats', () => {
    const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 49 * 365 * 86_400 }), (seconds) => {
        const date = new Date(NOW + seconds * 1000);
        const today = date.toUTCString();
        const [, day, month, year, time] = today.split(' ');
        const rfc850 = `${days[date.getUTCDay()]}, ${day}-${month}-${year!.slice(2)} ${time} GMT`;
        const asctime = `${today.slice(0, 3)} ${month} ${String(date.getUTCDate()).padStart(2)} ${time} ${year}`;
        for (const text of [today, rfc850, asctime]) expect(retryAfterMs(text, NOW)).toBe(seconds * 1000);
      }),
    );
  });
});
