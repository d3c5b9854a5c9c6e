const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

const LOCAL = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const ZONE = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

/** A length of time in one unit, or two while the second one tells something: `38 s`, `4 min 12 s`, `2 h`, `3 d`. */
export function spanOf(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < MINUTE_S) return `${s} s`;
  if (s < 10 * MINUTE_S)
    return s % MINUTE_S === 0 ? `${s / MINUTE_S} min` : `${Math.floor(s / MINUTE_S)} min ${s % MINUTE_S} s`;
  return roughSpanOf(s);
}

/** A length of time in one unit, for a column: `38 s`, `4 min`, `2 h`, `3 d`. */
export function roughSpanOf(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < MINUTE_S) return `${s} s`;
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)} min`;
  if (s < 2 * DAY_S) return `${Math.floor(s / HOUR_S)} h`;
  return `${Math.floor(s / DAY_S)} d`;
}

/** A setting in seconds: `50 ms`, `10 s`, `1 h`. */
export function settingOf(seconds: number): string {
  return seconds < 1 || !Number.isInteger(seconds) ? durationOf(seconds * 1000) : spanOf(seconds);
}

/** `29 Nov, 07:13:24.082` in the viewer's zone. */
export function localTime(at: string): string {
  return LOCAL.format(new Date(at));
}

/** Both exact forms: that of the viewer's zone, and UTC. */
export function exactTimes(at: string): string {
  const date = new Date(at);
  const zone = ZONE.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${localTime(at)} ${zone}\n${date.toISOString().replace('T', ' ').replace('Z', ' UTC')}`;
}

/** `212 ms`, `1.20 s`, `15.0 s`, `4 min`. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < MINUTE_S * 1000) return `${(ms / 1000).toFixed(1)} s`;
  return roughSpanOf(ms / 1000);
}

/** Seconds from one time to another, both RFC 3339 or milliseconds. */
export function secondsBetween(from: string | number, to: string | number): number {
  return (new Date(to).getTime() - new Date(from).getTime()) / 1000;
}

/** The value of a `datetime-local` field for a time, in the viewer's zone. */
export function toFieldTime(at: string): string {
  const date = new Date(at);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
