import { atTime, capitalised, duration, inWords, nthAttempt, sentence } from './in-words.js';

const NOW = Date.UTC(2026, 10, 3, 14, 5, 10);

describe('a duration in words', () => {
  it.each([
    [0, '0 ms'],
    [18, '18 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1500, '1.5 s'],
    [12_400, '12 s'],
    [119_999, '120 s'],
    [300_000, '5 min'],
    [3 * 3_600_000, '3 h'],
    [2 * 86_400_000, '2 days'],
  ])('of %d ms is "%s"', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});

describe('a time in words', () => {
  it.each([
    [NOW, 'at 14:05:10 UTC'],
    [Date.UTC(2026, 10, 4), 'on 4 Nov at 00:00:00 UTC'],
    [Date.UTC(2027, 0, 1), 'on 1 Jan 2027 at 00:00:00 UTC'],
  ])('names the day and the year only where they differ from now', (timeMs, words) => {
    expect(atTime(timeMs, NOW)).toBe(words);
  });
});

describe('a number in words', () => {
  it('has digits from 11 on', () => {
    expect([inWords(0), inWords(10), inWords(11)]).toEqual(['no', 'ten', '11']);
    expect([nthAttempt(1), nthAttempt(10), nthAttempt(11)]).toEqual(['the first attempt', 'the tenth attempt', 'attempt 11']); // prettier-ignore
  });
});

describe('a sentence', () => {
  it('begins with a capital and ends with a full stop', () => {
    expect(capitalised('it wanted a')).toBe('It wanted a');
    expect(sentence('it wanted a')).toBe('It wanted a.');
  });
});
