const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `three`, or digits from 11 on. */
export function inWords(count: number): string {
  return NUMBERS[count] ?? String(count);
}

/** `the third attempt`, or `attempt 11`. */
export function nthAttempt(number: number): string {
  const ordinal = ORDINALS[number];
  return ordinal === undefined || ordinal === '' ? `attempt ${number}` : `the ${ordinal} attempt`;
}

/** `at 14:05:10 UTC`, with the day unless that is today, and with the year unless that is this one. */
export function atTime(timeMs: number, nowMs: number): string {
  const time = new Date(timeMs);
  const now = new Date(nowMs);
  const at = `at ${time.toISOString().slice(11, 19)} UTC`;
  if (Math.floor(timeMs / 86_400_000) === Math.floor(nowMs / 86_400_000)) return at;
  const day = `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()] ?? ''}`;
  return `on ${time.getUTCFullYear() === now.getUTCFullYear() ? day : `${day} ${time.getUTCFullYear()}`} ${at}`;
}

/** As the beginning of a sentence. */
export function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A sentence from a clause that has neither a capital nor a full stop. */
export function sentence(clause: string): string {
  return `${capitalised(clause)}.`;
}

/** `400 ms`, `1.5 s`, `12 s`, `5 min`, `3 h` or `2 days`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
