import { Controller, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, Permit } from '../access/index.js';
import { SETTINGS } from '../shared/config/setting-list.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { ApiInput } from '../shared/http/api-input.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { BodyTooLarge } from '../shared/http/body-errors.js';
import { untilGone } from '../shared/http/client-gone.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { Overloaded } from '../shared/http/intake.js';
import { RouteOption } from '../shared/http/route-options.js';
import { withWarnings } from '../shared/http/warning.js';
import { EXAMPLE_IDS, parsePublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { PortalOnSubscription, SubscriptionNotFound } from '../subscriptions/index.js';
import { TestedAnswer, TestEventInput, TestEventQuery, UntestedAnswer } from './dto/test-event.js';
import { SubscriptionDisabled } from './ingest.errors.js';
import { LOCATION, publishedAnswer } from './published-answer.js';
import { readTestEvent } from './test-event-input.js';
import { type PublishedTest, TestEvents } from './test-events.js';

const DEFAULT_PAYLOAD_BYTES = SETTINGS.shape.maxPayloadBytes.parse(undefined);
const HEADERS = { Location: LOCATION };

@ApiTags('Subscriptions')
@Controller('subscriptions/:id')
export class TestEventsController {
  constructor(private readonly tests: TestEvents) {}

  @Post('test')
  @RouteOption({ rawBody: true })
  @Permit('manage', { isMetered: true })
  @PortalOnSubscription('subscriptions:test')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'testSubscription',
    summary: 'Send a test event to a subscription, and see what its receiver answers',
    description:
      'Publishes an event of type `webhook.test`, or of your type with your payload, even if the subscription does not want ' +
      'that type, and waits for its first attempt: `timeout` of the subscription and 4 s at most. If the outcome is not known by ' +
      'then, or not waited for, the answer is 202, and `warnings` says why: `subscription_paused`, `no_worker`, ' +
      '`lane_full`, `attempt_unfinished`, `delivery_cancelled` or `not_waited`. The event is published in any case. ' +
      'Refused if the target is not allowed.',
  })
  @ApiIdParam('id', 'sub')
  @ApiOkResponse({ type: TestedAnswer, description: 'The outcome of the first attempt', headers: HEADERS })
  @ApiAcceptedResponse({
    type: UntestedAnswer,
    description: 'The event and its delivery are committed; the outcome is not known yet',
    headers: HEADERS,
  })
  @ApiInput(TestEventInput, 'An order', { event_type: 'order.created', payload: { order: 42 } }, { isRequired: false })
  @ApiProblems(
    new SubscriptionNotFound(EXAMPLE_IDS.sub),
    new SubscriptionDisabled(EXAMPLE_IDS.sub),
    new BodyTooLarge(DEFAULT_PAYLOAD_BYTES, 'payload'),
    new Overloaded(),
  )
  async test(
    @CurrentCaller() caller: Caller,
    @Param('id') subscriptionId: string,
    @Query(InputPipe) { wait }: TestEventQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TestedAnswer | UntestedAnswer> {
    const { uuid } = parsePublicId(subscriptionId, 'sub');
    const published = await this.publish(reply.request, caller, uuid, wait !== 'false');
    const answer = publishedAnswer(reply, published, caller);
    const { status, attempt, warnings } = await this.tests.outcome(caller.tenantId, published, untilGone(reply));
    const known = { ...answer, ...withWarnings([...published.warnings, ...warnings]) };
    if (status === null || attempt === null) return { ...known, ...(status !== null && { status }) };
    void reply.status(200);
    return { ...known, status, attempt };
  }

  /**
   * Publishes the test. Afterwards the request takes neither the memory of its body nor a place of publishers. The body
   * is no parameter of the handler and no variable of it: Nest and the handler would keep those until the answer.
   */
  private async publish(
    request: FastifyRequest,
    caller: Caller,
    subscriptionId: Uuid,
    isToWait: boolean,
  ): Promise<PublishedTest> {
    const wanted = readTestEvent(request.body as Buffer | undefined, request.headers['content-type']);
    const published = await this.tests.publish(caller, subscriptionId, wanted, isToWait);
    request.body = undefined;
    request.intake?.release();
    return published;
  }
}
