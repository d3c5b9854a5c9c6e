import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, NeedsAllTenants, Permit } from '../../access/index.js';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { SystemAnswer } from '../dto/system-answer.js';
import { SystemService } from './system.service.js';

@ApiTags('Health and metrics')
@Controller('system')
export class SystemController {
  constructor(private readonly system: SystemService) {}

  @Get()
  @Permit('administer')
  @ApiOperation({
    operationId: 'getSystem',
    summary:
      'Describe the installation: processes, partitions and sizes, PostgreSQL, Redis, and settings with their source',
    description:
      'For admins of all tenants. Costs two queries of catalogs, whose answers are shared for two seconds. Secrets and ' +
      'credentials are left out. Settings are those of the process that answers.',
  })
  @ApiOkResponse({ type: SystemAnswer, description: 'The installation' })
  @ApiProblems(new NeedsAllTenants())
  get(@CurrentCaller() caller: Caller): Promise<SystemAnswer> {
    return this.system.describe(caller);
  }
}
