import type { Reader } from '../../shared/database/reading.js';

/** SQL for the fields of `Summed`, for statements that need them in their own snapshot. */
export const CLOSED_UNTIL = '(select closed_until from stats_progress)';
export const SUMMED_FROM_HOUR = '(select summed_from_hour from stats_progress)';

/** How far the history is summed up. */
export interface Summed {
  /** Sums have everything that was recorded before this time; null before the first minute is summed up. */
  readonly closed_until: Date | null;
  /**
   * Hours since the Unix epoch. The sums of events accepted in this hour and later are complete; those of earlier
   * events are still being added. Null before that is known; 0 if nothing is left to add.
   */
  readonly summed_from_hour: number | null;
}

/** Reads how far the history is summed up, in the snapshot of the reader. */
export async function readSummed(reader: Reader): Promise<Summed> {
  const [row] = await reader.query<Summed[]>('select closed_until, summed_from_hour from stats_progress');
  return row ?? { closed_until: null, summed_from_hour: null };
}
