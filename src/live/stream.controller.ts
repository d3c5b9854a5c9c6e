import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, Gatekeeper, Permit, Portal } from '../access/index.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { RouteOption } from '../shared/http/route-options.js';
import { MalformedId } from '../shared/ids/public-id.js';
import { LIMITS } from '../shared/limits.js';
import { parsePosition, type Position } from './domain/position.js';
import { AcceptedMessage, AttemptedMessage, ChangedMessage } from './dto/stream-messages.js';
import { GapNotice, SkippedNotice, StreamNotice } from './dto/stream-notices.js';
import { StreamQuery } from './dto/stream-query.js';
import { MalformedLastEventId, TooManyViewers, ViewersFull } from './live.errors.js';
import { LiveViewers } from './live-viewers.js';
import { filterFrom } from './message-filter.js';
import { filterWithin } from './within-filter.js';

const EVENT_STREAM = 'text/event-stream';

/** Schema of the `data` of each SSE event. */
const DATA_OF = {
  'event.accepted': AcceptedMessage,
  'delivery.attempted': AttemptedMessage,
  'delivery.changed': ChangedMessage,
  skipped: SkippedNotice,
  gap: GapNotice,
  degraded: StreamNotice,
  recovered: StreamNotice,
  dropped: StreamNotice,
  ended: StreamNotice,
};

const EXAMPLE = `retry: 2000
id: 1769860800000-0.0

id: 1769860800042-0.1
event: event.accepted
data: {"event_id":"evt_01k6zv1yqpe7rtqq6zjy200000","event_type":"order.created","tags":[],"deliveries":1,\
"payload_bytes":1024,"occurred_at":"2026-01-31T12:00:00.000Z"}

`;

const DESCRIPTION = `Server-sent events. The \`data\` of each is a JSON document of the schema that \`x-events\` lists for its name.

\`delivery.attempted\` tells of each attempt and of the status that the delivery has since then; \`delivery.changed\` of all
other changes of a status. A filter leaves out messages that lack its field, so a \`status\` leaves out \`event.accepted\`.

A client that reconnects with \`Last-Event-ID\` within a minute misses nothing. If something may be missing, \`gap\` says
from when to when. A client gets at most ${LIMITS.viewerMessagesPerSecond} messages a second; \`skipped\` counts the others.
\`degraded\` says that only messages of this process arrive, until \`recovered\`. \`dropped\` ends the stream of a client that
reads too slowly, \`ended\` that of one whose key was revoked, or whose process shuts down.`;

@ApiTags('Status')
@Controller('stream')
export class StreamController {
  constructor(
    private readonly viewers: LiveViewers,
    private readonly gatekeeper: Gatekeeper,
  ) {}

  @Get()
  @Permit('read')
  @Portal(['deliveries:read'], 'handler')
  @RouteOption({ isEndless: true, takesTenantId: true })
  @ApiOperation({
    operationId: 'watch',
    summary: 'Watch events and deliveries as they happen',
    description: DESCRIPTION,
  })
  @ApiExtraModels(...new Set(Object.values(DATA_OF)))
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Id of the last SSE event that the client got',
    schema: { type: 'string', maxLength: 40, pattern: '^\\d{1,15}-\\d{1,15}\\.\\d{1,5}$' },
  })
  @ApiOkResponse({
    description: 'Server-sent events until the client leaves',
    content: {
      [EVENT_STREAM]: {
        schema: { type: 'string' },
        example: EXAMPLE,
        'x-events': Object.fromEntries(
          Object.entries(DATA_OF).map(([name, model]) => [name, { $ref: getSchemaPath(model) }]),
        ),
      } as object,
    },
  })
  @ApiProblems(
    new MalformedLastEventId(),
    new MalformedId('42', ['sub'], 'subscription_id'),
    new TooManyViewers(LIMITS.viewersOfTenant),
    new ViewersFull(LIMITS.viewers),
  )
  async watch(
    @CurrentCaller() { tenantId, within }: Caller,
    @Query(InputPipe) query: StreamQuery,
    @Headers('last-event-id') lastId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filter = filterWithin(within, filterFrom(query));
    const last = positionFrom(lastId);
    void reply
      .header('content-type', `${EVENT_STREAM}; charset=utf-8`)
      .header('cache-control', 'no-store, no-transform');
    // Proxies must not collect what should arrive at once.
    void reply.header('x-accel-buffering', 'no');
    if (request.method === 'HEAD') {
      await reply.send('');
      return;
    }
    const viewer = await this.viewers.open({ tenantId, filter, last, recheck: () => this.gatekeeper.recheck(request) });
    void reply.send(viewer.body);
  }
}

/** @throws MalformedLastEventId */
function positionFrom(text: string | undefined): Position | null {
  // Browsers send an empty one before they have got any.
  if (text === undefined || text === '') return null;
  const position = parsePosition(text);
  if (position === null) throw new MalformedLastEventId();
  return position;
}
