import { Injectable } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { Clock } from '../shared/time/clock.js';
import { ledgerHours } from './domain/ledger-hours.js';
import type { LedgerAnswer, LedgerCounts, LedgerQuery } from './dto/ledger.js';
import { LedgerRepository, type LedgerRow, type VerifiedRow } from './ledger.repository.js';

type Counts = Omit<LedgerCounts, 'difference'>;

@Injectable()
export class LedgerService {
  constructor(
    private readonly repository: LedgerRepository,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** @throws InvalidInput if the requested range is too long, or does not end after it starts */
  async get(tenantId: string, query: LedgerQuery): Promise<LedgerAnswer> {
    const isVerified = query.verify === 'true';
    const { retentionDays } = this.settings;
    const hours = ledgerHours({ ...query, isVerified }, { nowMs: this.clock.nowMs(), retentionDays });
    if ('fault' in hours) throw new InvalidInput([hours.fault]);
    if (!isVerified) return toAnswer(tenantId, await this.repository.list(tenantId, hours.fromMs, hours.toMs));
    const rows = await this.repository.verify(tenantId, hours.fromMs, hours.toMs);
    const answer = toAnswer(tenantId, rows);
    return { ...answer, sums_agree: rows.every(({ agrees }) => agrees !== false) };
  }
}

function toAnswer(tenantId: string, rows: readonly (LedgerRow | VerifiedRow)[]): LedgerAnswer {
  const total = (count: keyof Counts): number => rows.reduce((sum, row) => sum + row[count], 0);
  return {
    data: rows.map((row) => ({
      hour: new Date(row.hour_ms).toISOString(),
      tenant_id: tenantId,
      ...balanced(row),
      ...('agrees' in row && { sums_agree: row.agrees }),
    })),
    totals: balanced({
      accepted: total('accepted'),
      delivered: total('delivered'),
      failed: total('failed'),
      cancelled: total('cancelled'),
      unfinished: total('unfinished'),
    }),
  };
}

function balanced({ accepted, delivered, failed, cancelled, unfinished }: Counts): LedgerCounts {
  const difference = accepted - delivered - failed - cancelled - unfinished;
  return { accepted, delivered, failed, cancelled, unfinished, difference };
}
