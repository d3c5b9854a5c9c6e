/**
 * Id of an entry of a log: milliseconds since the Unix epoch and a number, as Redis makes them (`1767225600000-0`).
 * Later entries have greater ids.
 */
export type EntryId = string;

/** A place in a log: after the first `taken` messages of an entry. Viewers get it as the id of an SSE event. */
export interface Position {
  readonly entry: EntryId;
  readonly taken: number;
}

const POSITION = /^(\d{1,15}-\d{1,15})\.(\d{1,5})$/;

export function formatPosition({ entry, taken }: Position): string {
  return `${entry}.${taken}`;
}

/** @returns null if the text is no position */
export function parsePosition(text: string): Position | null {
  const [, entry, taken] = POSITION.exec(text) ?? [];
  return entry === undefined || taken === undefined ? null : { entry, taken: Number(taken) };
}

/** Negative if the first id is the earlier one, 0 if they are equal. */
export function compareEntries(one: EntryId, other: EntryId): number {
  const [ms = 0, number = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number);
  return ms - otherMs || number - otherNumber;
}

/** When an entry was added, in milliseconds since the Unix epoch. */
export function entryTimeMs(entry: EntryId): number {
  return Number(entry.split('-', 1)[0]);
}
