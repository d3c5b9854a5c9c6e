import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permit, TenantId } from '../access/index.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { DATA_AS_OF, MayLagInterceptor } from '../shared/http/may-lag.interceptor.js';
import { LIMITS } from '../shared/limits.js';
import { LedgerAnswer, LedgerQuery } from './dto/ledger.js';
import { LedgerService } from './ledger.service.js';

@ApiTags('Status')
@Controller('ledger')
export class LedgerController {
  constructor(private readonly ledger: LedgerService) {}

  @Get()
  @Permit('read')
  @UseInterceptors(MayLagInterceptor)
  @ApiOperation({
    operationId: 'getLedger',
    summary: 'Get the ledger: accepted deliveries per hour and their outcomes',
    description:
      'Counts deliveries by the hour in which their event was accepted. `accepted` is the number recorded with the events ' +
      'and with manual retries; the other counts come from the deliveries. All of them are summed up as they are ' +
      'recorded, and what is not summed up yet, or not finished, is counted at the moment of the request. Covers at most ' +
      `${LIMITS.ledgerDays} days, and at most the time for which history is kept.`,
  })
  @ApiOkResponse({ type: LedgerAnswer, description: 'The ledger', headers: DATA_AS_OF })
  @ApiProblems(422)
  getLedger(@TenantId() tenantId: string, @Query(InputPipe) query: LedgerQuery): Promise<LedgerAnswer> {
    return this.ledger.get(tenantId, query);
  }
}
