import { addTo, BUCKETS_PER_E, ENTRY_BYTES, type Histogram, percentilesOf } from './histogram.js';

/** As the statements do it. */
const bucketOf = (ms: number): number => Math.ceil(BUCKETS_PER_E * Math.log(Math.max(ms, 1)));

function stored(bucket: number, count: number): Buffer {
  const entry = Buffer.alloc(ENTRY_BYTES);
  entry.writeInt16BE(bucket);
  entry.writeInt32BE(count, 2);
  return entry;
}

function histogramOf(durations: readonly number[]): Histogram {
  const histogram: Histogram = new Map();
  for (const ms of durations) addTo(histogram, stored(bucketOf(ms), 1));
  return histogram;
}

describe('percentiles', () => {
  it.each([1.5, 3, 12, 250, 14_999, 3_600_000, 2_592_000_000])('are at most 2.5 %% off around %d ms', (ms) => {
    for (let step = 0; step < 100; step += 1) {
      const duration = ms * (1 + step / 1000);
      const { p50, p95, p99 } = percentilesOf(histogramOf([duration]))!;
      // One decimal is shown.
      expect(Math.abs(p50 - duration)).toBeLessThanOrEqual(duration * 0.025 + 0.05);
      expect([p95, p99]).toEqual([p50, p50]);
    }
  });

  it('are the durations at their ranks', () => {
    const { p50, p95, p99 } = percentilesOf(histogramOf(Array.from({ length: 1000 }, (_, n) => n + 1)))!;
    for (const [found, rank] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
    ] as const) {
      // prettier-ignore
      expect(Math.abs(found - rank)).toBeLessThanOrEqual(rank * 0.025 + 0.5);
    }
  });

  it('of merged histograms are those of all durations together', () => {
    const [fast, slow] = [Array.from({ length: 90 }, () => 10), Array.from({ length: 10 }, () => 5000)];
    const merged = histogramOf(fast);
    const other = histogramOf(slow);
    addTo(merged, Buffer.concat([...other].map(([bucket, count]) => stored(bucket, count))));
    expect(percentilesOf(merged)).toEqual(percentilesOf(histogramOf([...fast, ...slow])));
    expect(percentilesOf(merged)!.p95).toBeGreaterThan(4800);
  });

  it('of nothing are null', () => {
    expect(percentilesOf(new Map())).toBeNull();
  });
});
