import { Injectable } from '@nestjs/common';
import { HotPath } from '../../shared/database/hot-path.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import { exchangeRecord } from '../domain/exchange-record.js';
import type { FinishedAttempt, PostponedDelivery } from '../domain/finished-attempt.js';
import { POSTPONE } from './statements/postpone.js';
import { RECORD, RECORD_ANNOUNCING } from './statements/record.js';
import { RECORD_LATE } from './statements/record-late.js';
import { STATE } from '../domain/delivery-state.js';

/** Records the results of attempts. Each method runs one statement for many attempts. */
@Injectable()
export class AttemptRepository {
  constructor(
    private readonly hotPath: HotPath,
    private readonly clock: Clock,
  ) {}

  /**
   * Records attempts. Moves finished deliveries into the history and the others back to pending.
   *
   * @param announced ids of deliveries whose failure is announced if it is recorded
   * @returns ids of the moved deliveries; the claims of the others were no longer valid
   */
  async record(attempts: readonly FinishedAttempt[], announced: readonly Uuid[] = []): Promise<Set<Uuid>> {
    const retried: FinishedAttempt[] = [];
    const final: FinishedAttempt[] = [];
    for (const attempt of attempts) (attempt.decision.next === 'retry' ? retried : final).push(attempt);
    retried.sort(byDelivery);
    final.sort(byDelivery);
    const all = [...retried, ...final];
    const { bytes, offsets, lengths } = pack(all);
    const values: Parameters<typeof RECORD.with>[0] = {
      retriedIds: retried.map(({ delivery }) => delivery.id),
      retriedAttempts: retried.map(({ delivery }) => delivery.attempt),
      retryDelaysMs: retried.map(({ decision }) => (decision.next === 'retry' ? decision.delayMs : 0)),
      finalIds: final.map(({ delivery }) => delivery.id),
      finalAttempts: final.map(({ delivery }) => delivery.attempt),
      finalStates: final.map(({ decision }) => (decision.next === 'delivered' ? STATE.delivered : STATE.failed)),
      statusCodes: all.map(({ result }) => result.statusCode),
      durationsMs: all.map(({ result }) => Math.round(result.durationMs)),
      agesMs: this.agesMs(all),
      bytes,
      offsets,
      bodyLengths: lengths.body,
      exchangeLengths: lengths.exchange,
      headersLengths: lengths.headers,
      errorCodeLengths: lengths.errorCode,
      errorMessageLengths: lengths.errorMessage,
    };
    const statement = announced.length === 0 ? RECORD.with(values) : RECORD_ANNOUNCING.with({ ...values, announcedIds: announced }); // prettier-ignore
    const [row] = await this.hotPath.query<{ ids: Uuid[] | null; has_all: boolean }>(statement);
    return new Set(row?.has_all ? all.map(({ delivery }) => delivery.id) : row?.ids);
  }

  /**
   * Stores results that arrived too late to change their deliveries.
   *
   * @returns ids of their deliveries; the other results had been recorded in time, by a call that seemed to fail
   */
  async recordLate(attempts: readonly FinishedAttempt[]): Promise<Set<Uuid>> {
    const { bytes, offsets, lengths } = pack(attempts);
    const rows = await this.hotPath.query<{ delivery_id: Uuid }>(
      RECORD_LATE.with({
        ids: attempts.map(({ delivery }) => delivery.id),
        attempts: attempts.map(({ delivery }) => delivery.attempt),
        tenantIds: attempts.map(({ delivery }) => delivery.tenantId),
        statusCodes: attempts.map(({ result }) => result.statusCode),
        durationsMs: attempts.map(({ result }) => Math.round(result.durationMs)),
        agesMs: this.agesMs(attempts),
        errorCodes: attempts.map(({ result }) => result.error?.code ?? null),
        errorMessages: attempts.map(({ result }) => (result.error === null ? null : storable(result.error.message))),
        responseHeaders: attempts.map(({ result }) => JSON.stringify(result.responseHeaders)),
        bytes,
        offsets,
        bodyLengths: lengths.body,
        exchangeLengths: lengths.exchange,
      }),
    );
    return new Set(rows.map((row) => row.delivery_id));
  }

  /**
   * Undoes the claims of deliveries: they are pending again, and due after their delay. Do not repeat a failed call,
   * because it could undo the next claim; the lease then decides.
   *
   * @returns ids of the deliveries that were put back; the claims of the others were no longer valid
   */
  async postpone(postponed: readonly PostponedDelivery[]): Promise<Set<Uuid>> {
    const sorted = postponed.toSorted(byDelivery);
    const rows = await this.hotPath.query<{ id: Uuid }>(
      POSTPONE.with({
        ids: sorted.map(({ delivery }) => delivery.id),
        attempts: sorted.map(({ delivery }) => delivery.attempt),
        delaysMs: sorted.map(({ delayMs }) => delayMs),
      }),
    );
    return new Set(rows.map((row) => row.id));
  }

  /** Times since the starts, which PostgreSQL subtracts from its own clock. */
  private agesMs(attempts: readonly FinishedAttempt[]): number[] {
    const nowMs = this.clock.monotonicMs();
    return attempts.map(({ startedMs }) => Math.round(nowMs - startedMs));
  }
}

type Claimed = Pick<PostponedDelivery, 'delivery'>;

/** Sorts by delivery, then by attempt: the statements use the last entry of a delivery, its newest attempt. */
function byDelivery({ delivery: a }: Claimed, { delivery: b }: Claimed): number {
  if (a.id === b.id) return a.attempt - b.attempt;
  return a.id < b.id ? -1 : 1;
}

interface Packed {
  readonly bytes: Buffer;
  /** Start of each attempt's parts, in the order of `lengths`, counted from 1 as in SQL's `substring`. */
  readonly offsets: number[];
  /** Bytes of each part, per attempt. */
  readonly lengths: Readonly<Record<'body' | 'exchange' | 'headers' | 'errorCode' | 'errorMessage', number[]>>;
}

/** Packs all texts and bytes into one binary parameter. */
function pack(attempts: readonly FinishedAttempt[]): Packed {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  const lengths: Packed['lengths'] = { body: [], exchange: [], headers: [], errorCode: [], errorMessage: [] };
  let at = 1;
  const add = (part: Buffer, to: number[]): void => {
    parts.push(part);
    to.push(part.length);
    at += part.length;
  };
  for (const { result } of attempts) {
    offsets.push(at);
    add(result.responseBody, lengths.body);
    // Of ASCII, so its length in bytes is known, and one buffer can hold it and what follows.
    const exchange = exchangeRecord(result.phases, result.sent);
    const texts = Buffer.from(exchange + JSON.stringify(result.responseHeaders));
    parts.push(texts);
    lengths.exchange.push(exchange.length);
    lengths.headers.push(texts.length - exchange.length);
    at += texts.length;
    add(result.error === null ? EMPTY : Buffer.from(result.error.code), lengths.errorCode);
    add(result.error === null ? EMPTY : Buffer.from(storable(result.error.message)), lengths.errorMessage);
  }
  return { bytes: Buffer.concat(parts), offsets, lengths };
}

const EMPTY = Buffer.alloc(0);

/** Removes what PostgreSQL cannot store: receivers may send NUL characters and lone surrogates. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
