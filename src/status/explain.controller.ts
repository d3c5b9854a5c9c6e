import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permit, Portal, TenantId, type Within, WithinSubscriptions } from '../access/index.js';
import { EventNotFound } from '../ingest/index.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../shared/http/link-header.interceptor.js';
import { MalformedCursor, PageQuery } from '../shared/http/page.js';
import { EXAMPLE_IDS, parsePublicId } from '../shared/ids/public-id.js';
import { EventExplanationAnswer } from './dto/explain-answers.js';
import { ExplainService } from './explain.service.js';

@ApiTags('Status')
@Controller('events')
export class ExplainController {
  constructor(private readonly explaining: ExplainService) {}

  @Get(':id/explain')
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({
    operationId: 'explainEvent',
    summary: 'Explain who got an event, and why others did not',
    description:
      'Lists the deliveries of the event first, newest first, then every other subscription that the tenant has or had, ' +
      'with the reason why it got none. The reasons come from what the subscriptions wanted when the event was accepted, ' +
      'which is recorded. A page may have fewer entries than `limit` although another follows.',
  })
  @ApiIdParam('id', 'evt')
  @ApiOkResponse({ type: EventExplanationAnswer, description: 'A page of the explanation' })
  @ApiProblems(new MalformedCursor(), new EventNotFound(EXAMPLE_IDS.evt))
  explain(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Param('id') id: string,
    @Query(InputPipe) query: PageQuery,
  ): Promise<EventExplanationAnswer> {
    return this.explaining.explain(tenantId, parsePublicId(id, 'evt').uuid, query, within);
  }
}
