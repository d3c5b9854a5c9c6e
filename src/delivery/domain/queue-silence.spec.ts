import { type QueueLook, silentSince } from './queue-silence.js';

const aLook = (given: Partial<QueueLook> = {}): QueueLook => ({
  atMs: 1000,
  waiting: 5,
  taken: 7,
  hasRoom: true,
  ...given,
});

describe('the silence of a queue', () => {
  it('begins with the look after which jobs waited and none was taken', () => {
    expect(silentSince(null, aLook(), aLook({ atMs: 2000 }))).toBe(1000);
  });

  it('lasts while none is taken', () => {
    expect(silentSince(1000, aLook({ atMs: 2000 }), aLook({ atMs: 3000 }))).toBe(1000);
  });

  it.each([
    ['a job was taken', { taken: 8 }],
    ['no job waits', { waiting: 0 }],
    ['Redis can not be asked', { waiting: null }],
    ['the worker has no room', { hasRoom: false }],
  ])('is none when %s', (_, given) => {
    expect(silentSince(1000, aLook(), aLook({ atMs: 2000, ...given }))).toBeNull();
  });

  it('is none at the first look', () => {
    expect(silentSince(null, null, aLook())).toBeNull();
  });
});
