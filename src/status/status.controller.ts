import { Controller, Get, Param, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Permit, TenantId } from '../access/index.js';
import { type DeliveryAnswer, DeliveryPage, DeliveryWithAttemptsAnswer } from '../delivery/index.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../shared/http/link-header.interceptor.js';
import type { Page } from '../shared/http/page.js';
import { parsePublicId } from '../shared/ids/public-id.js';
import { DeliveryQuery, SubscriptionDeliveryQuery, toFilter } from './dto/delivery-query.js';
import { EventAnswer, EventStatusAnswer } from './dto/status-answers.js';
import { StatusService } from './status.service.js';

@ApiTags('Status')
@Controller()
export class StatusController {
  constructor(private readonly status: StatusService) {}

  @Get('status/:task_id')
  @Permit('read')
  @ApiOperation({
    operationId: 'getStatus',
    summary: 'Read the status of a delivery, or of an event with its deliveries',
  })
  @ApiIdParam('task_id', 'dlv', 'evt')
  @ApiExtraModels(DeliveryWithAttemptsAnswer, EventStatusAnswer)
  @ApiOkResponse({
    description: 'The delivery with its attempts, or the event with its deliveries',
    schema: {
      oneOf: [{ $ref: getSchemaPath(DeliveryWithAttemptsAnswer) }, { $ref: getSchemaPath(EventStatusAnswer) }],
    },
  })
  @ApiProblems(400, 404)
  getStatus(
    @TenantId() tenantId: string,
    @Param('task_id') taskId: string,
  ): Promise<DeliveryWithAttemptsAnswer | EventStatusAnswer> {
    const { kind, uuid } = parsePublicId(taskId, 'dlv', 'evt');
    return kind === 'evt' ? this.status.getEventStatus(tenantId, uuid) : this.status.getDelivery(tenantId, uuid);
  }

  @Get('deliveries')
  @Permit('read')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({ operationId: 'listDeliveries', summary: 'List deliveries, newest event first' })
  @ApiOkResponse({ type: DeliveryPage, description: 'A page of deliveries' })
  @ApiProblems(400, 422)
  listDeliveries(@TenantId() tenantId: string, @Query(InputPipe) query: DeliveryQuery): Promise<Page<DeliveryAnswer>> {
    return this.status.listDeliveries(tenantId, toFilter(query));
  }

  @Get('deliveries/:id')
  @Permit('read')
  @ApiOperation({ operationId: 'getDelivery', summary: 'Read a delivery with its attempts' })
  @ApiIdParam('id', 'dlv')
  @ApiOkResponse({ type: DeliveryWithAttemptsAnswer, description: 'The delivery' })
  @ApiProblems(400, 404)
  getDelivery(@TenantId() tenantId: string, @Param('id') id: string): Promise<DeliveryWithAttemptsAnswer> {
    return this.status.getDelivery(tenantId, parsePublicId(id, 'dlv').uuid);
  }

  @Get('subscriptions/:id/deliveries')
  @Permit('read')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({
    operationId: 'listSubscriptionDeliveries',
    summary: 'List the deliveries of a subscription, newest event first',
    description: 'Also works for a deleted subscription.',
  })
  @ApiIdParam('id', 'sub')
  @ApiOkResponse({ type: DeliveryPage, description: 'A page of deliveries' })
  @ApiProblems(400, 404, 422)
  listSubscriptionDeliveries(
    @TenantId() tenantId: string,
    @Param('id') id: string,
    @Query(InputPipe) query: SubscriptionDeliveryQuery,
  ): Promise<Page<DeliveryAnswer>> {
    return this.status.listDeliveriesOf(tenantId, parsePublicId(id, 'sub').uuid, toFilter(query));
  }

  @Get('events/:id')
  @Permit('read')
  @ApiOperation({ operationId: 'getEvent', summary: 'Read an event, without its payload' })
  @ApiIdParam('id', 'evt')
  @ApiOkResponse({ type: EventAnswer, description: 'The event' })
  @ApiProblems(400, 404)
  getEvent(@TenantId() tenantId: string, @Param('id') id: string): Promise<EventAnswer> {
    return this.status.getEvent(tenantId, parsePublicId(id, 'evt').uuid);
  }

  @Get('events/:id/payload')
  @Permit('read')
  @ApiOperation({
    operationId: 'getEventPayload',
    summary: 'Read the payload of an event, byte for byte as it was published',
  })
  @ApiIdParam('id', 'evt')
  @ApiOkResponse({
    description: "The payload, with the publisher's content type",
    content: { '*/*': { schema: {} } },
  })
  @ApiProblems(400, 404)
  async getPayload(@TenantId() tenantId: string, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const { content_type: contentType, payload } = await this.status.getPayload(
      tenantId,
      parsePublicId(id, 'evt').uuid,
    );
    // A publisher's HTML must not run as a page of this service.
    void reply.header('content-disposition', 'attachment').header('x-content-type-options', 'nosniff');
    await reply.header('content-type', contentType).send(payload);
  }
}
