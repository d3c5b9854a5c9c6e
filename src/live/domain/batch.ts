import type { Message } from '../dto/stream-messages.js';
import type { EntryId } from './position.js';

/** What one process published for one tenant within some milliseconds. */
export interface Batch {
  /** Names the batch: the process that made it, and a number. */
  readonly key: string;
  readonly messages: readonly Message[];
  /** Messages that were left out because the tenant had too many. */
  readonly skipped: number;
  /** When earlier batches of this process did not reach the log: the time of the first message lost, RFC 3339. */
  readonly lostSince: string | null;
}

/** A batch in a log. */
export interface Entry {
  readonly id: EntryId;
  readonly batch: Batch;
}

const KINDS: readonly unknown[] = ['event.accepted', 'delivery.attempted', 'delivery.changed'];

/** Says that somebody watches, and gives a place from which to go on. */
export const MARK: Batch = { key: 'mark', messages: [], skipped: 0, lostSince: null };

/**
 * Reads a batch that another process wrote, perhaps one of another version. Messages of unknown kinds count as skipped.
 *
 * @returns a batch that says that one message was skipped if nothing of the text is readable
 */
export function readBatch(text: string): Batch {
  const { key, messages, skipped, lostSince } = parsed(text);
  if (typeof key !== 'string' || !Array.isArray(messages)) return { ...MARK, key: 'unreadable', skipped: 1 };
  const known = messages.filter(isMessage);
  const count = Number.isSafeInteger(skipped) ? (skipped as number) : 0;
  return {
    key,
    messages: known,
    skipped: count + messages.length - known.length,
    lostSince: typeof lostSince === 'string' && !Number.isNaN(Date.parse(lostSince)) ? lostSince : null,
  };
}

function parsed(text: string): Partial<Record<keyof Batch, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Record<keyof Batch, unknown>>;
  } catch {
    return {};
  }
}

function isMessage(value: unknown): value is Message {
  const { kind, body } = (value ?? {}) as Partial<Record<keyof Message, unknown>>;
  return KINDS.includes(kind) && typeof body === 'object' && body !== null;
}
