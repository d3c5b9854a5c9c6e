import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Permit, TenantId } from '../access/index.js';
import { DeliveryWithAttemptsAnswer } from '../delivery/index.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { parsePublicId } from '../shared/ids/public-id.js';
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
    const { contentType, bytes } = await this.status.getPayload(tenantId, parsePublicId(id, 'evt').uuid);
    // A publisher's HTML must not run as a page of this service.
    void reply.header('content-disposition', 'attachment').header('x-content-type-options', 'nosniff');
    await reply.header('content-type', contentType).send(bytes);
  }
}
