import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller, Permit } from '../../access/index.js';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { ApiIdParam } from '../../shared/http/api-id-param.js';
import { RouteOption } from '../../shared/http/route-options.js';
import { parsePublicId } from '../../shared/ids/public-id.js';
import { DeliveryService } from './delivery.service.js';
import { DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';

@ApiTags('Status')
@Controller('deliveries/:id')
@ApiIdParam('id', 'dlv')
export class DeliveryController {
  constructor(private readonly deliveries: DeliveryService) {}

  @Post('retry')
  @RouteOption({ refusesBody: true })
  @Permit('manage', { isMetered: true })
  @HttpCode(202)
  @ApiOperation({
    operationId: 'retryDelivery',
    summary: 'Deliver a finished delivery again',
    description: 'As a new delivery of the same event, so with the same `webhook-id`; `retry_of` names the old one.',
  })
  @ApiAcceptedResponse({
    type: DeliveryWithAttemptsAnswer,
    description: 'The new delivery',
    headers: { Location: { description: 'Where it can be watched', schema: { type: 'string' } } },
  })
  @ApiProblems(400, 404, 409, 413, 415, 422)
  async retry(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryWithAttemptsAnswer> {
    const delivery = await this.deliveries.retry(caller, parsePublicId(id, 'dlv').uuid);
    void reply.header('location', `/status/${delivery.id}`);
    return delivery;
  }

  @Post('cancel')
  @RouteOption({ refusesBody: true })
  @Permit('manage')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelDelivery',
    summary: 'Cancel an unfinished delivery',
    description: 'An attempt that is under way is not called back; its outcome is kept as `late`.',
  })
  @ApiOkResponse({ type: DeliveryWithAttemptsAnswer, description: 'The cancelled delivery' })
  @ApiProblems(400, 404, 409, 413, 415, 422)
  cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeliveryWithAttemptsAnswer> {
    return this.deliveries.cancel(caller, parsePublicId(id, 'dlv').uuid);
  }
}
