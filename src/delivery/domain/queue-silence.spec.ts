import { type QueueLook, Silence } from './queue-silence.js';

const aLook = (atMs: number, given: Partial<QueueLook> = {}): QueueLook => ({
  atMs,
  waiting: 5,
  taken: 7,
  hasRoom: true,
  ...given,
});

describe('the silence of a queue', () => {
  let silence: Silence;

  beforeEach(() => {
    silence = new Silence();
  });

  it('is none at the first look', () => {
    expect(silence.note(aLook(1000))).toBe(0);
  });

  it('begins with the look after which jobs waited and none was taken, and lasts while none is', () => {
    silence.note(aLook(1000));
    expect(silence.note(aLook(2000))).toBe(1000);
    expect(silence.note(aLook(3500))).toBe(2500);
  });

  it.each<[string, Partial<QueueLook>]>([
    ['a job was taken', { taken: 8 }],
    ['no job waits', { waiting: 0 }],
    ['the worker has no room', { hasRoom: false }],
  ])('ends when %s', (_, given) => {
    silence.note(aLook(1000));
    silence.note(aLook(2000));
    expect(silence.note(aLook(3000, given))).toBe(0);
    expect(silence.note(aLook(4000, { taken: given.taken ?? 7 }))).toBe(1000);
  });
});
