import { Allowance } from './allowance.js';
import { readBatch } from './batch.js';
import { compareEntries, entryTimeMs, formatPosition, parsePosition } from './position.js';

describe('a position', () => {
  it('is read as it was written', () => {
    const position = { entry: '1767225600000-12', taken: 3 };

    expect(parsePosition(formatPosition(position))).toEqual(position);
    expect(entryTimeMs(position.entry)).toBe(Date.parse('2026-01-01T00:00:00Z'));
  });

  it.each(['', '1-2', '1.2', '-1-2.3', '1-2.3.4', '1-2.x', '1767225600000000-0.0', '1-2.3 '])('is not %j', (text) => {
    expect(parsePosition(text)).toBeNull();
  });

  it('has an order by time, then by number', () => {
    const ids = ['9-5', '10-0', '10-2', '10-10', '11-0'];

    expect([...ids].reverse().sort(compareEntries)).toEqual(ids);
    expect(compareEntries('10-2', '10-2')).toBe(0);
  });
});

describe('an allowance', () => {
  it('lets a burst pass, then as many as come a second', () => {
    const allowance = new Allowance({ perSecond: 10, burst: 3 }, 0);
    const passed = (nowMs: number): number => Array.from({ length: 20 }, () => allowance.take(nowMs)).filter(Boolean).length; // prettier-ignore

    expect([passed(0), passed(0), passed(100), passed(300), passed(10_000)]).toEqual([3, 0, 1, 2, 3]);
  });
});

describe('a batch that another process wrote', () => {
  const message = { kind: 'event.accepted', body: { event_id: 'evt_1' } };

  it('is read', () => {
    const batch = { key: 'a/1', messages: [message], skipped: 2, lostSince: '2026-01-01T00:00:00.000Z' };

    expect(readBatch(JSON.stringify(batch))).toEqual(batch);
  });

  it('keeps what is known of it, and counts the rest', () => {
    const messages = [message, null, 1, { kind: 'event.accepted' }, { kind: 'unheard.of', body: {} }];

    expect(readBatch(JSON.stringify({ key: 'a/1', messages, skipped: 'many', lostSince: 'yesterday' }))).toEqual({
      key: 'a/1',
      messages: [message],
      skipped: 4,
      lostSince: null,
    });
  });

  it.each(['', 'null', '[]', '{}', '{"key":1,"messages":[]}'])('counts as one message if it is %j', (text) => {
    expect(readBatch(text)).toEqual({ key: 'unreadable', messages: [], skipped: 1, lostSince: null });
  });
});
