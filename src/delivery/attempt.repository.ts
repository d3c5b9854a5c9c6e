import { Injectable } from '@nestjs/common';
import { HotPath, plainArray, textArray } from '../shared/database/hot-path.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type { FinishedAttempt } from './delivery.entity.js';
import { RECORD, RECORD_LATE } from './delivery.statements.js';
import { STATE } from './domain/delivery-state.js';

/** Writes what came of attempts. Each method is one statement for many of them. */
@Injectable()
export class AttemptRepository {
  constructor(private readonly hotPath: HotPath) {}

  /**
   * Records attempts and moves their deliveries on: finished ones into the history, the others back to pending.
   *
   * @returns the deliveries that were moved; the others belonged to somebody else by then
   */
  async record(attempts: readonly FinishedAttempt[]): Promise<Set<Uuid>> {
    const retried: FinishedAttempt[] = [];
    const final: FinishedAttempt[] = [];
    for (const attempt of attempts) (attempt.decision.next === 'retry' ? retried : final).push(attempt);
    const all = [...retried, ...final];
    const bodies = packed(all);
    const [row] = await this.hotPath.query<{ ids: Uuid[] | null; has_all: boolean }>(RECORD, [
      plainArray(retried.map(({ delivery }) => delivery.id)),
      plainArray(retried.map(({ delivery }) => delivery.attempt)),
      plainArray(retried.map(({ decision }) => (decision.next === 'retry' ? decision.delayMs : 0))),
      plainArray(final.map(({ delivery }) => delivery.id)),
      plainArray(final.map(({ delivery }) => delivery.attempt)),
      plainArray(final.map(({ decision }) => (decision.next === 'delivered' ? STATE.delivered : STATE.failed))),
      plainArray(all.map(({ result }) => result.statusCode)),
      plainArray(all.map(({ result }) => Math.round(result.durationMs))),
      textArray(all.map(({ result }) => result.error?.code ?? null)),
      textArray(all.map(({ result }) => storable(result.error?.message))),
      textArray(all.map(({ result }) => JSON.stringify(result.responseHeaders))),
      bodies.bytes,
      plainArray(bodies.offsets),
      plainArray(bodies.lengths),
    ]);
    return new Set(row?.has_all ? all.map(({ delivery }) => delivery.id) : row?.ids);
  }

  /**
   * Keeps results that came too late to decide anything.
   *
   * @returns the deliveries of those; the others had been recorded in time, by a call that seemed to fail
   */
  async recordLate(attempts: readonly FinishedAttempt[]): Promise<Set<Uuid>> {
    const bodies = packed(attempts);
    const rows = await this.hotPath.query<{ delivery_id: Uuid }>(RECORD_LATE, [
      attempts.map(({ delivery }) => delivery.id),
      attempts.map(({ delivery }) => delivery.attempt),
      attempts.map(({ result }) => result.statusCode),
      attempts.map(({ result }) => Math.round(result.durationMs)),
      attempts.map(({ result }) => result.error?.code ?? null),
      attempts.map(({ result }) => storable(result.error?.message)),
      attempts.map(({ result }) => JSON.stringify(result.responseHeaders)),
      bodies.bytes,
      bodies.offsets,
      bodies.lengths,
      attempts.map(({ delivery }) => delivery.tenantId),
    ]);
    return new Set(rows.map((row) => row.delivery_id));
  }
}

/** All response bodies in one binary parameter; offsets from 1 as `substring` counts. */
function packed(attempts: readonly FinishedAttempt[]): { bytes: Buffer; offsets: number[]; lengths: number[] } {
  let at = 1;
  const offsets = attempts.map(({ result }) => {
    const offset = at;
    at += result.responseBody.length;
    return offset;
  });
  return {
    bytes: Buffer.concat(attempts.map(({ result }) => result.responseBody)),
    offsets,
    lengths: attempts.map(({ result }) => result.responseBody.length),
  };
}

/** What a receiver says may hold what PostgreSQL can't. */
function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', '').toWellFormed();
}
