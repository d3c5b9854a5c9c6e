import fc from 'fast-check';
import { newUuid } from '../../shared/ids/uuid.js';
import type { WakeUp } from '../domain/wake-up.js';
import { readJob, toData, withoutParsing } from './job-data.js';

const aWakeUp = (given: Partial<WakeUp> = {}): WakeUp => ({
  id: newUuid(Date.now()),
  subscriptionId: newUuid(Date.now()),
  attemptCount: 3,
  tenantId: 'acme',
  ...given,
});
const textOf = (wakeUps: readonly WakeUp[]): string => JSON.stringify(toData(wakeUps));

describe('the data of a job', () => {
  it('comes back as it was written', () => {
    const wakeUps = [aWakeUp(), aWakeUp({ attemptCount: 0 }), aWakeUp({ tenantId: '' })];
    expect(readJob(textOf(wakeUps))).toEqual({ wakeUps, fault: null });
  });

  it('of an earlier version names no tenant, and of a later one may say more', () => {
    const wakeUp = aWakeUp();
    const { id, subscriptionId, attemptCount } = wakeUp;
    expect(readJob(JSON.stringify({ d: [[id, subscriptionId, attemptCount]] }))).toEqual({
      wakeUps: [{ ...wakeUp, tenantId: '' }],
      fault: null,
    });
    const later = { v: 2, d: [[id, subscriptionId, attemptCount, 'acme', { priority: 1 }]] };
    expect(readJob(JSON.stringify(later))).toEqual({ wakeUps: [wakeUp], fault: null });
  });

  it('can be read by an earlier version, which takes the first three of each', () => {
    const wakeUp = aWakeUp();
    const [first] = (JSON.parse(textOf([wakeUp])) as { d: unknown[][] }).d;
    expect(first!.slice(0, 3)).toEqual([wakeUp.id, wakeUp.subscriptionId, wakeUp.attemptCount]);
  });

  it.each([
    ['nothing', [null, null, null]],
    ['a number for a delivery', [1, newUuid(0), 0]],
    ['a delivery in upper case', [newUuid(Date.now()).toUpperCase(), newUuid(0), 0]],
    ['a delivery with more behind it', [`${newUuid(0)} `, newUuid(0), 0]],
    ['a delivery of the year 10000', ['ffffffff-ffff-7fff-bfff-ffffffffffff', newUuid(0), 0]],
    ['no subscription', [newUuid(0), '', 0]],
    ['a negative count', [newUuid(0), newUuid(0), -1]],
    ['a count that is not whole', [newUuid(0), newUuid(0), 0.5]],
    ['a count that no column holds', [newUuid(0), newUuid(0), 32_768]],
    ['a count as text', [newUuid(0), newUuid(0), '0']],
    ['a tenant that can not be one', [newUuid(0), newUuid(0), 0, 'a b']],
    ['a tenant that is a list', [newUuid(0), newUuid(0), 0, ['acme']]],
    ['an object', { 0: newUuid(0) }],
    ['a text', 'abc'],
  ])('that has %s is told of, and the rest of it used', (_, entry) => {
    const good = aWakeUp();
    const [written] = toData([good]).d;
    const { wakeUps, fault } = readJob(JSON.stringify({ d: [entry, written, entry] }));
    expect(wakeUps).toEqual([good]);
    expect(fault).toMatch(/wake-up/);
  });

  it('has no more wake-ups than are used at once, whatever it holds', () => {
    const many = Array.from({ length: 1001 }, () => aWakeUp());
    const { wakeUps, fault } = readJob(textOf(many));
    expect(wakeUps).toHaveLength(1000);
    expect(fault).toMatch(/more than 1000/);
    const long = readJob(`{"d":[${'1,'.repeat(600_000)}1]}`);
    expect(long.wakeUps).toEqual([]);
    expect(long.fault).toMatch(/characters/);
  });

  it.each([
    '',
    '{',
    'null',
    '1',
    '"d"',
    '[]',
    '{}',
    '{"d":null}',
    '{"d":{"length":3}}',
    '{"d":"abc"}',
    undefined,
    null,
    7,
    {},
  ])('is none at all: %j', (text) => {
    const { wakeUps, fault } = readJob(text);
    expect(wakeUps).toEqual([]);
    expect(fault).not.toBeNull();
  });

  it('never brings anything but wake-ups that a claim can take, whatever JSON there is', () => {
    const anything = fc.oneof(fc.json(), fc.jsonValue().map((d) => JSON.stringify({ d })), fc.array(fc.array(fc.oneof(fc.uuid(), fc.integer(), fc.string(), fc.constant(null)), { maxLength: 5 })).map((d) => JSON.stringify({ d })), fc.string()); // prettier-ignore
    fc.assert(
      fc.property(anything, (text) => {
        for (const { id, subscriptionId, attemptCount, tenantId } of readJob(text).wakeUps) {
          expect(`${id} ${subscriptionId}`).toMatch(/^[0-9a-f-]{36} [0-9a-f-]{36}$/);
          expect(attemptCount).toBeGreaterThanOrEqual(0);
          expect(attemptCount).toBeLessThanOrEqual(32_767);
          expect(tenantId).toMatch(/^[A-Za-z0-9_.-]{0,64}$/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the hash of a job', () => {
  it('has its data as text, and no say in how it is handled', () => {
    const raw = { data: '{not json', opts: 'null', name: 'other', progress: '{', attemptsMade: 'x', timestamp: '17' };
    const opts = { attempts: 1, removeOnComplete: true, removeOnFail: true, preventParsingData: true };
    expect(withoutParsing(raw)).toEqual({ data: '{not json', timestamp: '17', opts: JSON.stringify(opts) });
    expect(withoutParsing({})).not.toHaveProperty('data');
  });
});
