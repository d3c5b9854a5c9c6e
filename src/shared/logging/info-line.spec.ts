import { pino } from 'pino';
import { infoLine } from './info-line.js';

describe('an info line', () => {
  it.each([
    ['nothing', {}],
    [
      'what an attempt leaves',
      { delivery_id: 'dlv_1', attempt: 2, status_code: null, duration_ms: 12, decision: 'retry' },
    ],
    ['text that must be escaped', { text: 'a "quoted" \\ line\n\u001b[31m \u0000 \ud83d\ude00 \u2028' }],
    ['what is not there', { there: 1, gone: undefined, broken: NaN }],
    ['more than flat fields', { list: ['a', 1], inner: { a: null } }],
  ])('is what pino writes of %s', (_, fields) => {
    const written: string[] = [];
    pino({ base: null, timestamp: () => ',"time":1234' }, { write: (line) => written.push(line) }).info(
      fields,
      'it "happened"',
    );
    expect(infoLine(1234, fields, 'it "happened"')).toBe(written.join(''));
  });
});
