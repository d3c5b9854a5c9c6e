const WHOLE = new Intl.NumberFormat('en-US');
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat('en-US', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 2,
});
const LARGE = 100_000;

/** `1,284`, and `1.2M` from 100,000 on. */
export function countOf(value: number): string {
  return value < LARGE ? WHOLE.format(value) : SHORT.format(value);
}

/** `75K`, for the axis of a plot. */
export function shortCount(value: number): string {
  return SHORT.format(value);
}

export function exactCount(value: number): string {
  return WHOLE.format(value);
}

/** A share from 0 to 1 as `99.7 %`. A share below 1 is never shown as 100 %. */
export function percentOf(share: number): string {
  const shown = share < 1 && share > 0.9999 ? 0.9999 : share;
  return PERCENT.format(shown).replace('%', ' %');
}

const RATES = [
  ['s', 1],
  ['min', 60],
  ['h', 3600],
] as const;

/** A rate in the unit in which it tells something: `18/s`, `4.2/min`, `0.3/h`. */
export function rateOf(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  const [unit, seconds] = RATES.find(([, each]) => perSecond * each >= 0.1) ?? ['h', 3600];
  const rate = perSecond * seconds;
  return `${rate < 10 ? rate.toFixed(1) : countOf(Math.round(rate))}/${unit}`;
}

export function bytesOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `1 delivery`, `2 deliveries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${exactCount(count)} ${count === 1 ? one : many}`;
}
