import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, NeedsAllTenants, Permit, Portal } from '../../access/index.js';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { InputPipe } from '../../shared/http/input.pipe.js';
import { DATA_AS_OF, MayLagInterceptor } from '../../shared/http/may-lag.interceptor.js';
import { MalformedId } from '../../shared/ids/public-id.js';
import { StatsAnswer, StatsQuery } from '../dto/stats.js';
import { StatsService } from './stats.service.js';

@ApiTags('Status')
@Controller('stats')
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  @Get()
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @UseInterceptors(MayLagInterceptor)
  @ApiOperation({
    operationId: 'getStats',
    summary: 'Get statistics: what happened in each minute, hour or day',
    description:
      'Counts deliveries in the step in which they were accepted and in the step in which they ended, and attempts in ' +
      'the step in which they were recorded, by the clock of PostgreSQL. A result that arrives late, for an attempt that ' +
      'was counted as abandoned, is not counted again.',
  })
  @ApiOkResponse({ type: StatsAnswer, description: 'The statistics', headers: DATA_AS_OF })
  @ApiProblems(new MalformedId('42', ['sub']), new NeedsAllTenants(), 422)
  getStats(@CurrentCaller() caller: Caller, @Query(InputPipe) query: StatsQuery): Promise<StatsAnswer> {
    return this.stats.get(caller, query);
  }
}
