import { type QueueSample, QueueSilence } from './queue-silence.js';

const aSample = (atMs: number, given: Partial<QueueSample> = {}): QueueSample => ({
  atMs,
  waiting: 5,
  taken: 7,
  hasRoom: true,
  ...given,
});

describe('the silence of a queue', () => {
  let silence: QueueSilence;

  beforeEach(() => {
    silence = new QueueSilence();
  });

  it('is zero at the first sample', () => {
    expect(silence.measure(aSample(1000))).toBe(0);
  });

  it('grows while jobs wait and none is taken', () => {
    silence.measure(aSample(1000));
    expect(silence.measure(aSample(2000))).toBe(1000);
    expect(silence.measure(aSample(3500))).toBe(2500);
  });

  it.each<[string, Partial<QueueSample>]>([
    ['a job was taken', { taken: 8 }],
    ['no job waits', { waiting: 0 }],
    ['the worker has no room', { hasRoom: false }],
  ])('ends when %s', (_, given) => {
    silence.measure(aSample(1000));
    silence.measure(aSample(2000));
    expect(silence.measure(aSample(3000, given))).toBe(0);
    expect(silence.measure(aSample(4000, { taken: given.taken ?? 7 }))).toBe(1000);
  });
});
