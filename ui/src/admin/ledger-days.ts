import type { LedgerCounts, LedgerEntry } from '../api/generated';

const DAY_MS = 86_400_000;

/** What was accepted on a day (UTC), and what became of it. */
export interface LedgerDay extends LedgerCounts {
  /** `2026-01-31` */
  readonly day: string;
}

/** Adds hours up to days, newest first. */
export function daysOf(hours: readonly LedgerEntry[]): LedgerDay[] {
  const byDay = Map.groupBy(hours, ({ hour }) => hour.slice(0, 10));
  return [...byDay]
    .map(([day, ofDay]) => {
      const total = (name: keyof LedgerCounts): number => ofDay.reduce((sum, each) => sum + each[name], 0);
      return {
        day,
        accepted: total('accepted'),
        delivered: total('delivered'),
        failed: total('failed'),
        cancelled: total('cancelled'),
        unfinished: total('unfinished'),
        difference: total('difference'),
      };
    })
    .sort((a, b) => (a.day < b.day ? 1 : -1));
}

/** So many whole days up to the end of today (UTC), in RFC 3339. */
export function lastDays(days: number, nowMs: number): { readonly since: string; readonly until: string } {
  const untilMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
  return { since: new Date(untilMs - days * DAY_MS).toISOString(), until: new Date(untilMs).toISOString() };
}

/** The 24 hours of a day (UTC), in RFC 3339. */
export function hoursOf(day: string): { readonly since: string; readonly until: string } {
  const sinceMs = Date.parse(`${day}T00:00:00.000Z`);
  return { since: new Date(sinceMs).toISOString(), until: new Date(sinceMs + DAY_MS).toISOString() };
}
