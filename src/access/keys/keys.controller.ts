import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { ApiInput } from '../../shared/http/api-input.js';
import { ApiIdParam } from '../../shared/http/api-id-param.js';
import { RouteOption } from '../../shared/http/route-options.js';
import { InputPipe } from '../../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../../shared/http/link-header.interceptor.js';
import { MalformedCursor, type Page } from '../../shared/http/page.js';
import { EXAMPLE_IDS, parsePublicId } from '../../shared/ids/public-id.js';
import { LIMITS } from '../../shared/limits.js';
import { ApiKeyNotFound, KeyHasSuccessor, LastAdminKey, TooManyKeys } from '../access.errors.js';
import { readInput } from '../../shared/http/read-input.js';
import { type Caller, CurrentCaller } from '../caller.js';
import { CreatedKeyAnswer, KeyAnswer, KeyInput, KeyPage, KeyQuery, KeyRotation } from '../dto/keys.js';
import { Permit } from '../permit.js';
import { KeysService } from './keys.service.js';

const ApiMade = (): MethodDecorator =>
  ApiCreatedResponse({
    type: CreatedKeyAnswer,
    description: 'The new key. It is shown only once',
    headers: { Location: { description: 'URL of the key', schema: { type: 'string' } } },
  });

@ApiTags('Access')
@Controller('keys')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Post()
  @Permit('administer')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'createKey', summary: 'Create an API key' })
  @ApiInput(KeyInput, 'A key for the publishers of a tenant', { role: 'publisher', tenant_id: 'default' })
  @ApiMade()
  @ApiProblems(new TooManyKeys(LIMITS.keys))
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedKeyAnswer> {
    const created = await this.keys.create(caller, readInput(body, KeyInput));
    void reply.header('location', `/keys/${created.id}`);
    return created;
  }

  @Get()
  @Permit('administer')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({ operationId: 'listKeys', summary: 'List API keys, newest first' })
  @ApiOkResponse({ type: KeyPage, description: 'A page of API keys, without revoked ones' })
  @ApiProblems(new MalformedCursor())
  list(@CurrentCaller() caller: Caller, @Query(InputPipe) query: KeyQuery): Promise<Page<KeyAnswer>> {
    return this.keys.list(caller, query);
  }

  @Get(':id')
  @Permit('administer')
  @ApiIdParam('id', 'key')
  @ApiOperation({ operationId: 'getKey', summary: 'Read an API key' })
  @ApiOkResponse({ type: KeyAnswer, description: 'The key, without its secret' })
  @ApiProblems(new ApiKeyNotFound(EXAMPLE_IDS.key))
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<KeyAnswer> {
    return this.keys.get(caller, parsePublicId(id, 'key').uuid);
  }

  @Post(':id/rotate')
  @RouteOption({ bodyIsOptional: true })
  @Permit('administer')
  @Header('Cache-Control', 'no-store')
  @ApiIdParam('id', 'key')
  @ApiOperation({
    operationId: 'rotateKey',
    summary: 'Rotate an API key',
    description:
      'Creates a new key with the role, tenant and name of the old one. The old key remains valid for `overlap` seconds.',
  })
  @ApiInput(KeyRotation, 'The old key remains valid for an hour', { overlap: 3600 }, { isRequired: false })
  @ApiMade()
  @ApiProblems(new ApiKeyNotFound(EXAMPLE_IDS.key), new KeyHasSuccessor(EXAMPLE_IDS.key), new TooManyKeys(LIMITS.keys))
  async rotate(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedKeyAnswer> {
    const { uuid } = parsePublicId(id, 'key');
    const created = await this.keys.rotate(caller, uuid, readInput(body === undefined ? {} : body, KeyRotation));
    void reply.header('location', `/keys/${created.id}`);
    return created;
  }

  @Delete(':id')
  @RouteOption({ refusesBody: true })
  @Permit('administer')
  @HttpCode(204)
  @ApiIdParam('id', 'key')
  @ApiOperation({
    operationId: 'revokeKey',
    summary: 'Revoke an API key',
    description: 'The key is refused within a second.',
  })
  @ApiNoContentResponse({ description: 'Revoked' })
  @ApiProblems(new ApiKeyNotFound(EXAMPLE_IDS.key), new LastAdminKey(), 413, 415, 422)
  revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.keys.revoke(caller, parsePublicId(id, 'key').uuid);
  }
}
