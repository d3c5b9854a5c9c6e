import { Injectable } from '@nestjs/common';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { Clock } from '../shared/time/clock.js';
import { ledgerHours } from './domain/ledger-hours.js';
import type { LedgerAnswer, LedgerCounts, LedgerQuery } from './dto/ledger.js';
import { LedgerRepository } from './ledger.repository.js';

type Counts = Omit<LedgerCounts, 'difference'>;

@Injectable()
export class LedgerService {
  constructor(
    private readonly repository: LedgerRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidInput if the requested range is too long, or does not end after it starts */
  async get(tenantId: string, query: LedgerQuery): Promise<LedgerAnswer> {
    const hours = ledgerHours(query, this.clock.nowMs());
    if ('fault' in hours) throw new InvalidInput([hours.fault]);
    const rows = await this.repository.list(tenantId, hours.fromMs, hours.toMs);
    const total = (count: keyof Counts): number => rows.reduce((sum, row) => sum + row[count], 0);
    return {
      data: rows.map((row) => ({
        hour: new Date(row.hour_ms).toISOString(),
        tenant_id: row.tenant_id,
        ...balanced(row),
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
}

function balanced({ accepted, delivered, failed, cancelled, unfinished }: Counts): LedgerCounts {
  const difference = accepted - delivered - failed - cancelled - unfinished;
  return { accepted, delivered, failed, cancelled, unfinished, difference };
}
