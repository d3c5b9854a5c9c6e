import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { InputPipe } from '../../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../../shared/http/link-header.interceptor.js';
import { MalformedCursor, type Page } from '../../shared/http/page.js';
import { type Caller, CurrentCaller } from '../caller.js';
import { type AuditAnswer, AuditPage, AuditQuery } from '../dto/audit.js';
import { Permit } from '../permit.js';
import { AuditService } from './audit.service.js';

@ApiTags('Access')
@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Permit('administer')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({
    operationId: 'listAuditEntries',
    summary: 'List audit log entries, newest first',
    description: 'Covers all tenants, unless the key is bound to one or `X-Tenant` names one.',
  })
  @ApiOkResponse({ type: AuditPage, description: 'A page of audit log entries' })
  @ApiProblems(new MalformedCursor())
  list(@CurrentCaller() caller: Caller, @Query(InputPipe) query: AuditQuery): Promise<Page<AuditAnswer>> {
    return this.audit.list(caller, query);
  }
}
