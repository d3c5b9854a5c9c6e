/**
 * How an event was addressed, by the stored numbers, which must not change: to all subscriptions that want its type, to
 * one, or to one as a test. Null in the table means that a version before this one accepted it.
 */
export const ADDRESSING = { all: 0, one: 1, test: 2 } as const;
export const ADDRESSINGS = Object.keys(ADDRESSING) as Addressing[];
export type Addressing = keyof typeof ADDRESSING;

/** @returns null if it was not recorded, or was by a later version in a way that this one does not know */
export function addressingFrom(stored: number | null): Addressing | null {
  return ADDRESSINGS.find((addressing) => ADDRESSING[addressing] === stored) ?? null;
}
