import { Controller, Get, Param, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Permit, Portal, TenantId, type Within, WithinSubscriptions } from '../access/index.js';
import { DeliveryNotFound, DeliveryWithAttemptsAnswer, EventQuery } from '../delivery/index.js';
import { EventNotFound } from '../ingest/index.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../shared/http/link-header.interceptor.js';
import { DATA_AS_OF, MayLagInterceptor } from '../shared/http/may-lag.interceptor.js';
import { MalformedCursor } from '../shared/http/page.js';
import { RouteOption } from '../shared/http/route-options.js';
import type { TwoWayPage } from '../shared/http/two-way-page.js';
import { EXAMPLE_IDS, MalformedId, parsePublicId } from '../shared/ids/public-id.js';
import { EventAnswer, EventPage, EventStatusAnswer } from './dto/status-answers.js';
import { StatusService } from './status.service.js';

@ApiTags('Status')
@Controller()
export class StatusController {
  constructor(private readonly status: StatusService) {}

  @Get('status/:task_id')
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @ApiOperation({
    operationId: 'getStatus',
    summary: 'Read the status of a delivery, or of an event with its deliveries',
  })
  @ApiIdParam('task_id', 'dlv', 'evt')
  @ApiExtraModels(DeliveryWithAttemptsAnswer, EventStatusAnswer)
  @ApiOkResponse({
    description: 'The delivery with its attempts, or the event with its deliveries',
    schema: {
      title: 'StatusAnswer',
      oneOf: [{ $ref: getSchemaPath(DeliveryWithAttemptsAnswer) }, { $ref: getSchemaPath(EventStatusAnswer) }],
    },
  })
  @ApiProblems(new DeliveryNotFound(EXAMPLE_IDS.dlv), new EventNotFound(EXAMPLE_IDS.evt))
  getStatus(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Param('task_id') taskId: string,
  ): Promise<DeliveryWithAttemptsAnswer | EventStatusAnswer> {
    const { kind, uuid } = parsePublicId(taskId, 'dlv', 'evt');
    return kind === 'evt'
      ? this.status.getEventStatus(tenantId, uuid, within)
      : this.status.getDelivery(tenantId, uuid, within);
  }

  @Get('events')
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @RouteOption({ takesTenantId: true })
  @UseInterceptors(LinkHeaderInterceptor, MayLagInterceptor)
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'List events, newest first, without their payloads',
    description:
      'All filters must hold; those on deliveries, such as `status`, hold if one delivery of the event meets all of ' +
      'them. `deliveries=0` lists events that reached nobody. A page that takes too long to fill has what was found so ' +
      'far, which may be nothing: follow `next_cursor` while `has_more` is true.',
  })
  @ApiOkResponse({ type: EventPage, description: 'A page of events', headers: DATA_AS_OF })
  @ApiProblems(new MalformedCursor(), new MalformedId('42', ['evt'], 'event_id'))
  listEvents(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Query(InputPipe) query: EventQuery,
  ): Promise<TwoWayPage<EventAnswer>> {
    return this.status.listEvents(tenantId, query, within);
  }

  @Get('events/:id')
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @ApiOperation({ operationId: 'getEvent', summary: 'Read an event, without its payload' })
  @ApiIdParam('id', 'evt')
  @ApiOkResponse({ type: EventAnswer, description: 'The event' })
  @ApiProblems(new EventNotFound(EXAMPLE_IDS.evt))
  getEvent(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Param('id') id: string,
  ): Promise<EventAnswer> {
    return this.status.getEvent(tenantId, parsePublicId(id, 'evt').uuid, within);
  }

  @Get('events/:id/payload')
  @Permit('read')
  @Portal(['payloads:read'], 'handler')
  @ApiOperation({
    operationId: 'getEventPayload',
    summary: 'Read the payload of an event, byte for byte as it was published',
  })
  @ApiIdParam('id', 'evt')
  @ApiOkResponse({
    description: "The payload, with the publisher's content type",
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } }, '*/*': { schema: {} } },
  })
  @ApiProblems(new EventNotFound(EXAMPLE_IDS.evt))
  async getPayload(
    @TenantId() tenantId: string,
    @WithinSubscriptions() within: Within,
    @Param('id') id: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { contentType, bytes } = await this.status.getPayload(tenantId, parsePublicId(id, 'evt').uuid, within);
    // A publisher's HTML must not run as a page of this service.
    void reply.header('content-disposition', 'attachment').header('x-content-type-options', 'nosniff');
    await reply.header('content-type', contentType).send(bytes);
  }
}
