import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller, Permit } from '../access/index.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { untilGone } from '../shared/http/client-gone.js';
import { RouteOption } from '../shared/http/route-options.js';
import { EXAMPLE_IDS, parsePublicId } from '../shared/ids/public-id.js';
import { PortalOnSubscription, SubscriptionNotFound } from '../subscriptions/index.js';
import { ReceiverCheckAnswer } from './dto/receiver-check-answer.js';
import { CheckRunning, TooManyChecks } from './receiver-check.errors.js';
import { toCheckAnswer } from './receiver-check.mapping.js';
import { ReceiverChecks } from './receiver-checks.js';

const REFUSED_TARGET = new InvalidInput([
  { pointer: '/target_url', detail: 'must not point to 10.0.0.1 (private); ALLOWED_TARGET_CIDRS can allow it' },
]);

@ApiTags('Subscriptions')
@Controller('subscriptions/:id')
export class ReceiverChecksController {
  constructor(private readonly checks: ReceiverChecks) {}

  @Post('check')
  @RouteOption({ refusesBody: true })
  @Permit('manage', { isMetered: true })
  @PortalOnSubscription('subscriptions:test')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkSubscription',
    summary: 'Check the receiver of a subscription: signatures, repeated ids, redirects, TLS and speed',
    description:
      'Sends up to 7 requests to the target, signed and sent like deliveries, and says for each check what the receiver ' +
      'should do: a correctly signed request, the same one again, one whose body was changed after signing, one that was signed ' +
      'ten minutes ago, and more good ones for the median of the time. They have the event type `webhook.test` and the ' +
      'header `X-Webhook-Test: check`. If the first is not answered with 2xx, the others are not sent. Each may take ' +
      '`timeout` of the subscription, and all together 60 s. Works on paused and disabled subscriptions. Nothing enters ' +
      'the history; the audit log names the check.',
  })
  @ApiIdParam('id', 'sub')
  @ApiOkResponse({ type: ReceiverCheckAnswer, description: 'What was found' })
  @ApiProblems(
    new SubscriptionNotFound(EXAMPLE_IDS.sub),
    new CheckRunning(EXAMPLE_IDS.sub),
    REFUSED_TARGET,
    new TooManyChecks(),
    413,
    415,
  )
  async check(
    @CurrentCaller() caller: Caller,
    @Param('id') subscriptionId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReceiverCheckAnswer> {
    const { uuid } = parsePublicId(subscriptionId, 'sub');
    return toCheckAnswer(uuid, await this.checks.check(caller, uuid, untilGone(reply)));
  }
}
