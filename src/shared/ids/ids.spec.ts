import { MalformedId, parsePublicId, toPublicId } from './public-id.js';
import {
  deliveryUuid,
  eventUuidOf,
  firstUuidAt,
  lastUuidOf,
  newEventUuid,
  newUuid,
  retryOrdinal,
  uuidTimeMs,
} from './uuid.js';
import { LIMITS } from '../limits.js';

const NOW = Date.UTC(2026, 0, 31, 12);

describe('ids', () => {
  it('are version 7 UUIDs that contain their time', () => {
    const id = newUuid(NOW);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidTimeMs(id)).toBe(NOW);
  });

  it('do not repeat', () => {
    expect(new Set(Array.from({ length: 5000 }, () => newUuid(NOW))).size).toBe(5000);
    expect(new Set(Array.from({ length: 5000 }, () => newEventUuid(NOW))).size).toBe(5000);
  });

  it('of deliveries lie between their event and the end of its range', () => {
    const event = newEventUuid(NOW);
    const ids = [1, 2, LIMITS.deliveriesPerEvent].map((ordinal) => deliveryUuid(event, ordinal));

    expect(event).toMatch(/00000$/);
    expect(ids.map(eventUuidOf)).toEqual([event, event, event]);
    expect([event, ...ids, lastUuidOf(event)]).toEqual([event, ...ids, lastUuidOf(event)].sort());
    expect(new Set([event, ...ids]).size).toBe(4);
  });

  it('of manual retries never equal those of first deliveries', () => {
    expect(retryOrdinal(0)).toBeGreaterThan(LIMITS.deliveriesPerEvent);
    expect(retryOrdinal(0.999_999_999)).toBeLessThanOrEqual(0xfffff);
  });

  it('are not below the bound of their millisecond, but below that of the next', () => {
    expect(newUuid(NOW) >= firstUuidAt(NOW)).toBe(true);
    expect(newUuid(NOW - 1) < firstUuidAt(NOW)).toBe(true);
  });

  it('have a prefix for their kind and can be parsed back', () => {
    const uuid = newUuid(NOW);
    const id = toPublicId('sub', uuid);
    expect(id).toMatch(/^sub_[0-9a-z]{26}$/);
    expect(parsePublicId(id, 'sub')).toEqual({ kind: 'sub', uuid });
    expect(parsePublicId(toPublicId('evt', uuid), 'dlv', 'evt')).toEqual({ kind: 'evt', uuid });
  });

  it.each([
    '',
    'sub',
    'sub_',
    'evt_01k6zv1yqpe7rtqq6zjy200000',
    'sub_01K6ZV1YQPE7RTQQ6ZJY200000',
    'sub_81k6zv1yqpe7rtqq6zjy200000',
    'sub_01k6zv1yqpe7rtqq6zjy20000',
    'sub_01k6zv1yqpe7rtqq6zjy2000000',
    'sub_01k6zv1yqpe7rtqq6zjy20000u',
    '\0',
  ])('are refused if they are malformed or of another kind: "%s"', (text) => {
    expect(() => parsePublicId(text, 'sub')).toThrow(MalformedId);
  });
});
