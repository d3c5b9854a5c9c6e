import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { ApiInput } from '../../shared/http/api-input.js';
import { RouteOption } from '../../shared/http/route-options.js';
import { InputPipe } from '../../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../../shared/http/link-header.interceptor.js';
import { MalformedCursor, type Page } from '../../shared/http/page.js';
import { TenantExists, TenantInUse, TenantNotFound } from '../access.errors.js';
import { readInput } from '../../shared/http/read-input.js';
import { type Caller, CurrentCaller } from '../caller.js';
import { TENANT_ID_SCHEMA } from '../dto/keys.js';
import { TenantAnswer, TenantInput, TenantPage, TenantPatch, TenantQuery } from '../dto/tenants.js';
import { Permit } from '../permit.js';
import { TenantsService } from './tenants.service.js';

const ApiId = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'Tenant id',
    schema: { type: 'string', ...TENANT_ID_SCHEMA },
  });

@ApiTags('Access')
@Controller('tenants')
export class TenantsController {
  constructor(private readonly tenants: TenantsService) {}

  @Post()
  @Permit('administer')
  @ApiOperation({ operationId: 'createTenant', summary: 'Create a tenant' })
  @ApiCreatedResponse({
    type: TenantAnswer,
    description: 'The tenant',
    headers: { Location: { description: 'URL of the tenant', schema: { type: 'string' } } },
  })
  @ApiInput(TenantInput, 'A tenant with the default limits', { id: 'acme', name: 'Acme Inc.' })
  @ApiProblems(new TenantExists('acme'))
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantAnswer> {
    const created = await this.tenants.create(caller, readInput(body, TenantInput));
    void reply.header('location', `/tenants/${created.id}`);
    return created;
  }

  @Get()
  @Permit('administer')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({ operationId: 'listTenants', summary: 'List tenants, ordered by id' })
  @ApiOkResponse({ type: TenantPage, description: 'A page of tenants' })
  @ApiProblems(new MalformedCursor())
  list(@CurrentCaller() caller: Caller, @Query(InputPipe) query: TenantQuery): Promise<Page<TenantAnswer>> {
    return this.tenants.list(caller, query);
  }

  @Get(':id')
  @Permit('administer')
  @ApiId()
  @ApiOperation({ operationId: 'getTenant', summary: 'Read a tenant' })
  @ApiOkResponse({ type: TenantAnswer, description: 'The tenant, with the limits in force' })
  @ApiProblems(new TenantNotFound('acme'))
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TenantAnswer> {
    return this.tenants.get(caller, id);
  }

  @Patch(':id')
  @Permit('administer')
  @ApiId()
  @ApiOperation({
    operationId: 'patchTenant',
    summary: 'Change the given fields of a tenant',
    description:
      "Null resets a limit to the service's default. Changes take effect within a second. The answer of GET may be sent " +
      'back: fields that only the service sets are ignored unless their values differ.',
  })
  @ApiOkResponse({ type: TenantAnswer, description: 'The changed tenant' })
  @ApiInput(TenantPatch, 'At most 100 events per second', { limits: { events_per_second: 100 } })
  @ApiProblems(new TenantNotFound('acme'))
  patch(@CurrentCaller() caller: Caller, @Param('id') id: string, @Body() body: unknown): Promise<TenantAnswer> {
    return this.tenants.patch(caller, id, readInput(body, TenantPatch));
  }

  @Delete(':id')
  @RouteOption({ refusesBody: true })
  @Permit('administer')
  @HttpCode(204)
  @ApiId()
  @ApiOperation({
    operationId: 'deleteTenant',
    summary: 'Delete a tenant',
    description: 'The tenant must have no API keys and no subscriptions. Its id is never reused.',
  })
  @ApiNoContentResponse({ description: 'Deleted' })
  @ApiProblems(new TenantNotFound('acme'), new TenantInUse('acme', 'still has API keys'), 413, 415, 422)
  remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.tenants.remove(caller, id);
  }
}
