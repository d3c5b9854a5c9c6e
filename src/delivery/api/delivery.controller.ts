import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  type Caller,
  CurrentCaller,
  Permit,
  Portal,
  TenantId,
  type Within,
  WithinSubscriptions,
} from '../../access/index.js';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { ApiInput } from '../../shared/http/api-input.js';
import { ApiIdParam } from '../../shared/http/api-id-param.js';
import { InputPipe, OptionalInputPipe } from '../../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../../shared/http/link-header.interceptor.js';
import { DATA_AS_OF, MayLagInterceptor } from '../../shared/http/may-lag.interceptor.js';
import { MalformedCursor } from '../../shared/http/page.js';
import { RouteOption } from '../../shared/http/route-options.js';
import type { TwoWayPage } from '../../shared/http/two-way-page.js';
import { EXAMPLE_IDS, MalformedId, parsePublicId } from '../../shared/ids/public-id.js';
import { PortalOnSubscription, SubscriptionNotFound } from '../../subscriptions/index.js';
import { DeliveryFinished, DeliveryNotFound, DeliveryUnfinished, SubscriptionGone } from './delivery.errors.js';
import { DeliveryHistory } from './delivery-history.js';
import { DeliveryService } from './delivery.service.js';
import { type DeliveryAnswer, DeliveryPage, DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';
import { DeliveryQuery, SubscriptionDeliveryQuery } from './dto/delivery-query.js';
import { RepeatInput } from './dto/repeat-input.js';
import { HistorySearch } from './history-search.js';

const SEARCH =
  'All filters must hold. A page that takes too long to fill has what was found so far, which may be nothing: follow ' +
  '`next_cursor` while `has_more` is true.';

@ApiTags('Status')
@Controller()
export class DeliveryController {
  constructor(
    private readonly deliveries: DeliveryService,
    private readonly history: DeliveryHistory,
    private readonly search: HistorySearch,
  ) {}

  @Get('deliveries')
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @UseInterceptors(LinkHeaderInterceptor, MayLagInterceptor)
  @RouteOption({ takesTenantId: true })
  @ApiOperation({ operationId: 'listDeliveries', summary: 'List deliveries, newest event first', description: SEARCH })
  @ApiOkResponse({ type: DeliveryPage, description: 'A page of deliveries', headers: DATA_AS_OF })
  @ApiProblems(new MalformedCursor(), new MalformedId('42', ['sub'], 'subscription_id'))
  listDeliveries(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Query(InputPipe) query: DeliveryQuery,
  ): Promise<TwoWayPage<DeliveryAnswer>> {
    return this.search.listDeliveries(tenantId, query, within);
  }

  @Get('deliveries/:id')
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @ApiOperation({ operationId: 'getDelivery', summary: 'Read a delivery with its attempts' })
  @ApiIdParam('id', 'dlv')
  @ApiOkResponse({ type: DeliveryWithAttemptsAnswer, description: 'The delivery' })
  @ApiProblems(new DeliveryNotFound(EXAMPLE_IDS.dlv))
  getDelivery(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Param('id') id: string,
  ): Promise<DeliveryWithAttemptsAnswer> {
    return this.history.get(tenantId, parsePublicId(id, 'dlv').uuid, within);
  }

  @Get('subscriptions/:id/deliveries')
  @Permit('read')
  @PortalOnSubscription('deliveries:read')
  @UseInterceptors(LinkHeaderInterceptor, MayLagInterceptor)
  @RouteOption({ takesTenantId: true })
  @ApiOperation({
    operationId: 'listSubscriptionDeliveries',
    summary: 'List the deliveries of a subscription, newest event first',
    description: `Also lists the deliveries of a deleted subscription. ${SEARCH}`,
  })
  @ApiIdParam('id', 'sub')
  @ApiOkResponse({ type: DeliveryPage, description: 'A page of deliveries', headers: DATA_AS_OF })
  @ApiProblems(new MalformedCursor(), new SubscriptionNotFound(EXAMPLE_IDS.sub))
  listSubscriptionDeliveries(
    @TenantId() tenantId: string,
    @Param('id') id: string,
    @Query(InputPipe) query: SubscriptionDeliveryQuery,
  ): Promise<TwoWayPage<DeliveryAnswer>> {
    return this.search.listDeliveriesOf(tenantId, parsePublicId(id, 'sub').uuid, query);
  }

  @Post('deliveries/:id/retry')
  @ApiIdParam('id', 'dlv')
  @RouteOption({ bodyIsOptional: true })
  @Permit('manage', { isMetered: true })
  @Portal(['deliveries:retry'], 'handler')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'retryDelivery',
    summary: 'Deliver a finished delivery again',
    description:
      'Creates a new delivery of the same event. Its `retry_of` is the id of the old one. Its `webhook-id` is that of the ' +
      'old one, or a new one with `as_new`.',
  })
  @ApiAcceptedResponse({
    type: DeliveryWithAttemptsAnswer,
    description: 'The new delivery',
    headers: { Location: { description: 'URL of the status of the new delivery', schema: { type: 'string' } } },
  })
  @ApiProblems(
    new DeliveryNotFound(EXAMPLE_IDS.dlv),
    new DeliveryUnfinished(EXAMPLE_IDS.dlv),
    new SubscriptionGone(EXAMPLE_IDS.dlv),
  )
  @ApiInput(RepeatInput, 'As a new message', { as_new: true }, { isRequired: false })
  async retry(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body(OptionalInputPipe) input: RepeatInput,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryWithAttemptsAnswer> {
    const delivery = await this.deliveries.retry(caller, parsePublicId(id, 'dlv').uuid, {
      isNewMessage: input.as_new === true,
    });
    void reply.header('location', `/status/${delivery.id}`);
    return delivery;
  }

  @Post('deliveries/:id/cancel')
  @ApiIdParam('id', 'dlv')
  @RouteOption({ refusesBody: true })
  @Permit('manage')
  @Portal(['deliveries:retry'], 'handler')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelDelivery',
    summary: 'Cancel an unfinished delivery',
    description: 'Does not stop an attempt that is in progress. Its outcome is recorded as `late`.',
  })
  @ApiOkResponse({ type: DeliveryWithAttemptsAnswer, description: 'The cancelled delivery' })
  @ApiProblems(new DeliveryNotFound(EXAMPLE_IDS.dlv), new DeliveryFinished(EXAMPLE_IDS.dlv), 413, 415, 422)
  cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeliveryWithAttemptsAnswer> {
    return this.deliveries.cancel(caller, parsePublicId(id, 'dlv').uuid);
  }
}
