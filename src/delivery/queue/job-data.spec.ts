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
  it('is read as it was written', () => {
    const wakeUps = [aWakeUp(), aWakeUp({ attemptCount: 0 }), aWakeUp({ tenantId: '' })];
    expect(readJob(textOf(wakeUps))).toEqual({ wakeUps, fault: null });
  });

  it('may be from an earlier version, without a tenant, or from a later one, with more fields', () => {
    const wakeUp = aWakeUp();
    const { id, subscriptionId, attemptCount } = wakeUp;
    expect(readJob(JSON.stringify({ d: [[id, subscriptionId, attemptCount]] }))).toEqual({
      wakeUps: [{ ...wakeUp, tenantId: '' }],
      fault: null,
    });
    const later = { v: 2, d: [[id, subscriptionId, attemptCount, 'acme', { priority: 1 }]] };
    expect(readJob(JSON.stringify(later))).toEqual({ wakeUps: [wakeUp], fault: null });
  });

  it('can be read by an earlier version, which reads the first three fields of each wake-up', () => {
    const wakeUp = aWakeUp();
    const [first] = (JSON.parse(textOf([wakeUp])) as { d: unknown[][] }).d;
    expect(first!.slice(0, 3)).toEqual([wakeUp.id, wakeUp.subscriptionId, wakeUp.attemptCount]);
  });

  it.each([
    ['null fields', [null, null, null]],
    ['a number as delivery id', [1, newUuid(0), 0]],
    ['a delivery id in upper case', [newUuid(Date.now()).toUpperCase(), newUuid(0), 0]],
    ['a delivery id with a trailing space', [`${newUuid(0)} `, newUuid(0), 0]],
    ['a delivery id of the year 10000', ['ffffffff-ffff-7fff-bfff-ffffffffffff', newUuid(0), 0]],
    ['an empty subscription id', [newUuid(0), '', 0]],
    ['a negative count', [newUuid(0), newUuid(0), -1]],
    ['a fractional count', [newUuid(0), newUuid(0), 0.5]],
    ['a count too large for the column', [newUuid(0), newUuid(0), 32_768]],
    ['a count as text', [newUuid(0), newUuid(0), '0']],
    ['an invalid tenant id', [newUuid(0), newUuid(0), 0, 'a b']],
    ['a list as tenant id', [newUuid(0), newUuid(0), 0, ['acme']]],
    ['an object as wake-up', { 0: newUuid(0) }],
    ['a text as wake-up', 'abc'],
  ])('with %s has a fault, and its other wake-ups are used', (_, entry) => {
    const good = aWakeUp();
    const [written] = toData([good]).d;
    const { wakeUps, fault } = readJob(JSON.stringify({ d: [entry, written, entry] }));
    expect(wakeUps).toEqual([good]);
    expect(fault).toMatch(/wake-up/);
  });

  it('yields a limited number of wake-ups, whatever its size', () => {
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
  ])('yields a fault and no wake-ups from %j', (text) => {
    const { wakeUps, fault } = readJob(text);
    expect(wakeUps).toEqual([]);
    expect(fault).not.toBeNull();
  });

  it('yields only wake-ups that a claim can take, whatever the JSON', () => {
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
  it('keeps its data as text, and loses its own options', () => {
    const raw = { data: '{not json', opts: 'null', name: 'other', progress: '{', attemptsMade: 'x', timestamp: '17' };
    const opts = { attempts: 1, removeOnComplete: true, removeOnFail: true, preventParsingData: true };
    expect(withoutParsing(raw)).toEqual({ data: '{not json', timestamp: '17', opts: JSON.stringify(opts) });
    expect(withoutParsing({})).not.toHaveProperty('data');
  });
});
