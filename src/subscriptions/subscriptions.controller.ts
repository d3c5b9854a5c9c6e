import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller, Permit, Portal, TenantId, type Within, WithinSubscriptions } from '../access/index.js'; // prettier-ignore
import { SETTINGS } from '../shared/config/setting-list.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { ApiInput } from '../shared/http/api-input.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { RouteOption } from '../shared/http/route-options.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../shared/http/link-header.interceptor.js';
import { MalformedCursor, type Page } from '../shared/http/page.js';
import { EXAMPLE_IDS, parsePublicId } from '../shared/ids/public-id.js';
import { LIMITS } from '../shared/limits.js';
import {
  ChangedSubscriptionAnswer,
  CreatedSubscriptionAnswer,
  type ListedSubscriptionAnswer,
  SubscriptionPage,
  SubscriptionWithHealthAnswer,
} from './dto/subscription-answer.js';
import { EXAMPLE_TARGET_URL, SubscriptionInput, SubscriptionPatch } from './dto/subscription-input.js';
import { SubscriptionQuery } from './dto/subscription-query.js';
import { PortalOnSubscription } from './on-subscription.js';
import {
  SubscriptionLimitReached,
  SubscriptionNotFound,
  TooManyDeleted,
  TooManySecrets,
} from './subscription.errors.js';
import { SubscriptionHealth } from './subscription-health.js';
import { SubscriptionCheck } from './subscription-check.js';
import { SubscriptionsService } from './subscriptions.service.js';

const DEFAULT_LIMIT = SETTINGS.shape.maxSubscriptions.parse(undefined);
const EXAMPLE = { target_url: EXAMPLE_TARGET_URL, event_type: 'order.created' };

@ApiTags('Subscriptions')
@Controller('subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly check: SubscriptionCheck,
    private readonly health: SubscriptionHealth,
  ) {}

  @Post()
  @Permit('manage')
  @Portal(['subscriptions:write', 'secrets:read'])
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'createSubscription', summary: 'Create a subscription' })
  @ApiCreatedResponse({
    type: CreatedSubscriptionAnswer,
    description: 'The subscription with its secret',
    headers: { Location: { description: 'URL of the subscription', schema: { type: 'string' } } },
  })
  @ApiInput(SubscriptionInput, 'One event type for one URL', EXAMPLE)
  @ApiProblems(new SubscriptionLimitReached(DEFAULT_LIMIT), new TooManyDeleted(DEFAULT_LIMIT))
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedSubscriptionAnswer> {
    const created = await this.subscriptions.create(caller, await this.check.read(SubscriptionInput, body));
    void reply.header('location', `/subscriptions/${created.id}`);
    return created;
  }

  @Get()
  @Permit('read')
  @Portal(['subscriptions:read'], 'handler')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({ operationId: 'listSubscriptions', summary: 'List subscriptions, newest first' })
  @ApiOkResponse({ type: SubscriptionPage, description: 'A page of subscriptions' })
  @ApiProblems(new MalformedCursor())
  list(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Query(InputPipe) query: SubscriptionQuery,
  ): Promise<Page<ListedSubscriptionAnswer>> {
    return this.health.list(tenantId, query, within);
  }

  @Get(':id')
  @Permit('read')
  @PortalOnSubscription('subscriptions:read')
  @ApiIdParam('id', 'sub')
  @ApiOperation({ operationId: 'getSubscription', summary: 'Read a subscription' })
  @ApiOkResponse({ type: SubscriptionWithHealthAnswer, description: 'The subscription, without its secret' })
  @ApiProblems(new SubscriptionNotFound(EXAMPLE_IDS.sub))
  get(@TenantId() tenantId: string, @Param('id') id: string): Promise<SubscriptionWithHealthAnswer> {
    return this.health.get(tenantId, parsePublicId(id, 'sub').uuid);
  }

  @Put(':id')
  @Permit('manage')
  @PortalOnSubscription('subscriptions:write')
  @ApiIdParam('id', 'sub')
  @ApiOperation({
    operationId: 'replaceSubscription',
    summary: 'Replace a subscription',
    description:
      'Omitted fields are reset to their defaults, except the secret and the state, which are kept. The answer of GET may ' +
      'be sent back: fields that only the service sets are ignored unless their values differ. ' +
      'A new secret starts a rotation: the current ones keep signing for a day. ' +
      '`state: "active"` resumes a paused subscription and re-enables a disabled one.',
  })
  @ApiOkResponse({ type: ChangedSubscriptionAnswer, description: 'The changed subscription' })
  @ApiInput(SubscriptionInput, 'One event type for one URL', EXAMPLE)
  @ApiProblems(new SubscriptionNotFound(EXAMPLE_IDS.sub), new TooManySecrets(LIMITS.liveSecrets))
  async replace(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<ChangedSubscriptionAnswer> {
    const { uuid } = parsePublicId(id, 'sub');
    return this.subscriptions.replace(caller, uuid, await this.check.read(SubscriptionInput, body));
  }

  @Patch(':id')
  @Permit('manage')
  @PortalOnSubscription('subscriptions:write')
  @ApiIdParam('id', 'sub')
  @ApiOperation({
    operationId: 'patchSubscription',
    summary: 'Change the given fields of a subscription',
    description:
      'A new secret starts a rotation: the current ones keep signing for a day. ' +
      '`state: "active"` resumes a paused subscription and re-enables a disabled one.',
  })
  @ApiOkResponse({ type: ChangedSubscriptionAnswer, description: 'The changed subscription' })
  @ApiInput(SubscriptionPatch, 'All events of an order', { event_types: ['order.*'] })
  @ApiProblems(new SubscriptionNotFound(EXAMPLE_IDS.sub), new TooManySecrets(LIMITS.liveSecrets))
  async patch(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<ChangedSubscriptionAnswer> {
    const { uuid } = parsePublicId(id, 'sub');
    return this.subscriptions.patch(caller, uuid, await this.check.read(SubscriptionPatch, body));
  }

  @Delete(':id')
  @RouteOption({ refusesBody: true })
  @Permit('manage')
  @PortalOnSubscription('subscriptions:write')
  @HttpCode(204)
  @ApiIdParam('id', 'sub')
  @ApiOperation({
    operationId: 'deleteSubscription',
    summary: 'Delete a subscription',
    description:
      'Erases its secrets and cancels its unfinished deliveries. Its history stays readable. Until the history expires, the deleted ' +
      "subscription counts towards a separate limit: the tenant's subscription limit, but at least 1,000.",
  })
  @ApiNoContentResponse({ description: 'Deleted' })
  @ApiProblems(new SubscriptionNotFound(EXAMPLE_IDS.sub), 413, 415, 422)
  remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.subscriptions.remove(caller, parsePublicId(id, 'sub').uuid);
  }
}
