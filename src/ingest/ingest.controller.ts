import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, Permit } from '../access/index.js';
import { SETTINGS } from '../shared/config/setting-list.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { RouteOption } from '../shared/http/route-options.js';
import { BodyTooLarge } from '../shared/http/body-errors.js';
import { Overloaded } from '../shared/http/intake.js';
import { MalformedJson } from '../shared/http/json.js';
import { withWarnings } from '../shared/http/warning.js';
import { EXAMPLE_IDS, parsePublicId, toPublicId } from '../shared/ids/public-id.js';
import { IDEMPOTENCY_KEY_FORM, TAG_FORM } from '../shared/labels.js';
import { LIMITS } from '../shared/limits.js';
import { EVENT_TYPE_SCHEMA, SubscriptionNotFound } from '../subscriptions/index.js';
import { TAGS_HEADER } from './event-tags.js';
import { FORM_HEADER } from './domain/payload-type.js';
import type { PublishRequest } from './domain/publish-request.js';
import { BroadcastAnswer, PublishedAnswer } from './dto/accepted-answers.js';
import {
  IdempotencyKeyInUse,
  IdempotencyKeyReused,
  SignatureRequired,
  SubscriptionDisabled,
  TooManySubscriptions,
  WrongSignature,
} from './ingest.errors.js';
import { type Accepted, IngestService } from './ingest.service.js';
import { unwanted } from './publish-faults.js';
import { contentTypeWarnings } from './publish-warnings.js';
import { LOCATION, publishedAnswer } from './published-answer.js';

const REPLAYED = {
  'Idempotent-Replayed': {
    description: '"true" if an earlier request with this key published the event',
    schema: { type: 'string' as const },
  },
};
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'Requests with the same key and content publish only once within 24 hours',
  schema: {
    type: 'string' as const,
    minLength: 1,
    maxLength: LIMITS.idempotencyKeyLength,
    pattern: IDEMPOTENCY_KEY_FORM.source,
  },
};
const ONE_TAG = TAG_FORM.source.slice(1, -1);
const EVENT_TAGS = {
  name: TAGS_HEADER,
  required: false,
  description: `Tags by which the event and its deliveries are found, separated by commas; at most ${LIMITS.tags}, each once`,
  schema: {
    type: 'string' as const,
    minLength: 1,
    maxLength: LIMITS.tags * (LIMITS.tagLength + 2),
    pattern: `^ *${ONE_TAG}( *, *${ONE_TAG}){0,${LIMITS.tags - 1}} *$`,
    example: 'order-1234,customer-9',
  },
};
const ALLOW_FORM = {
  name: FORM_HEADER,
  required: false,
  description:
    'Delivers a form: a payload of type `application/x-www-form-urlencoded` or `multipart/form-data`. Without it, these ' +
    'are refused with 415, because HTTP clients such as curl send them unless they are given a `Content-Type`',
  schema: { type: 'string' as const, enum: ['true'] },
};
const EVENT_TYPE = { type: 'string' as const, ...EVENT_TYPE_SCHEMA };
/** Only JSON is listed: with a second content type, clients would get no usable payload (decision 023). */
const PAYLOAD = {
  required: true,
  description:
    'The payload: 1 to `MAX_PAYLOAD_BYTES` bytes, delivered byte for byte with its content type. Any content type is ' +
    'accepted, not only JSON. JSON must be valid. A form needs `X-Allow-Form`. Without a `Content-Type`, receivers get ' +
    '`application/octet-stream`, and a warning says so.',
  schema: {},
  examples: { order: { summary: 'An order', value: { id: 'o_1', total: 42 } } },
};
const DEFAULT_PAYLOAD_BYTES = SETTINGS.shape.maxPayloadBytes.parse(undefined);
/** Errors of both publishing operations. */
const COMMON_PROBLEMS = [
  new IdempotencyKeyInUse(),
  new IdempotencyKeyReused(),
  new Overloaded(),
  new BodyTooLarge(DEFAULT_PAYLOAD_BYTES, 'payload'),
  415,
];

@ApiTags('Publishing')
@Controller()
export class IngestController {
  constructor(private readonly ingest: IngestService) {}

  @Post('ingest/:subscription_id')
  @HttpCode(202)
  @Permit('publish')
  @RouteOption({ rawBody: true })
  @ApiOperation({
    operationId: 'publishToSubscription',
    summary: 'Publish an event to one subscription',
    description:
      'A JSON body that is exactly `{"body": string, "signature": string}` is a signed envelope. The service verifies the ' +
      "signature (the hexadecimal HMAC-SHA256 of the body string, keyed with the subscription's secret) and delivers the body " +
      'string. To sign without an envelope, send `X-Signature-256: sha256=<hex>` for the raw body.',
  })
  @ApiIdParam('subscription_id', 'sub')
  @ApiHeader({
    name: 'X-Event-Type',
    required: false,
    description:
      'Optional if the subscription has exactly one event type and no wildcard. Types that begin with `webhooks.` are reserved',
    schema: EVENT_TYPE,
  })
  @ApiHeader({
    name: 'X-Signature-256',
    required: false,
    description: '`sha256=<hex>`: HMAC-SHA256 of the raw body',
    schema: { type: 'string', pattern: '^(sha256=)?[0-9A-Fa-f]{64}$' },
  })
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiHeader(EVENT_TAGS)
  @ApiHeader(ALLOW_FORM)
  @ApiBody(PAYLOAD)
  @ApiAcceptedResponse({
    type: PublishedAnswer,
    description: 'The event and its delivery are committed',
    headers: {
      Location: LOCATION,
      ...REPLAYED,
    },
  })
  @ApiProblems(
    new MalformedJson('Unexpected end of JSON input'),
    new WrongSignature(),
    new SignatureRequired(),
    new SubscriptionNotFound(EXAMPLE_IDS.sub),
    new SubscriptionDisabled(EXAMPLE_IDS.sub),
    new InvalidInput([{ pointer: 'X-Event-Type', detail: unwanted('user.created', 'order.*') }]),
    ...COMMON_PROBLEMS,
  )
  async publish(
    @CurrentCaller() caller: Caller,
    @Param('subscription_id') subscriptionId: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublishedAnswer> {
    const { uuid } = parsePublicId(subscriptionId, 'sub');
    const published = publishRequest(request, body);
    const accepted = await this.ingest.publish(caller.tenantId, uuid, published);
    markReplay(reply, accepted);
    return { ...publishedAnswer(reply, accepted, caller), ...withWarnings(contentTypeWarnings(published)) };
  }

  @Post('webhooks/:event_type')
  @HttpCode(202)
  @Permit('publish')
  @RouteOption({ rawBody: true })
  @ApiOperation({
    operationId: 'publishToAll',
    summary: 'Publish an event to every subscription that wants its type',
    description:
      'Creates one delivery for every active or paused subscription that wants the type. It is not an error if there is none; `warnings` then says why, unless an earlier request published the event.',
  })
  @ApiParam({
    name: 'event_type',
    description: 'Types that begin with `webhooks.` are reserved for events of the service itself',
    schema: EVENT_TYPE,
  })
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiHeader(EVENT_TAGS)
  @ApiHeader(ALLOW_FORM)
  @ApiBody(PAYLOAD)
  @ApiAcceptedResponse({
    type: BroadcastAnswer,
    description: 'The event and its deliveries are committed',
    headers: REPLAYED,
  })
  @ApiProblems(
    new MalformedJson('Unexpected end of JSON input'),
    new TooManySubscriptions(LIMITS.deliveriesPerEvent),
    ...COMMON_PROBLEMS,
  )
  async broadcast(
    @CurrentCaller() caller: Caller,
    @Param('event_type') eventType: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BroadcastAnswer> {
    const published = publishRequest(request, body);
    const accepted = await this.ingest.broadcast(caller.tenantId, eventType, published);
    const eventId = toPublicId('evt', accepted.eventId);
    markReplay(reply, accepted);
    const { deliveryCount, isReplayed } = accepted;
    const mayRead = caller.may('read');
    // The subscriptions of today do not explain why an event of yesterday reached nobody.
    const isSilent = deliveryCount === 0 && !isReplayed;
    const silence = isSilent
      ? await this.ingest.explainNoDeliveries({ tenantId: caller.tenantId, mayRead }, eventType)
      : null;
    return {
      event_id: eventId,
      deliveries: deliveryCount,
      ...(mayRead && { status_url: `/status/${eventId}` }),
      ...withWarnings([...contentTypeWarnings(published), ...(silence === null ? [] : [silence])]),
    };
  }
}

/** A missing body is treated as an empty one. */
function publishRequest({ headers, id }: FastifyRequest, body: Buffer = Buffer.alloc(0)): PublishRequest {
  return {
    body,
    contentType: headers['content-type'],
    eventType: singleValue(headers['x-event-type']),
    signature: singleValue(headers['x-signature-256']),
    allowsForm: singleValue(headers['x-allow-form']),
    tags: singleValue(headers['x-event-tags']),
    idempotencyKey: singleValue(headers['idempotency-key']),
    requestId: id,
  };
}

/**
 * Node.js joins a repeated header with ", ", which is a list of tags, and invalid in all others of ours. Only its types
 * allow an array.
 */
function singleValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

function markReplay(reply: FastifyReply, { isReplayed }: Accepted): void {
  if (isReplayed) void reply.header('idempotent-replayed', 'true');
}
