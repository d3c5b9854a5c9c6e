import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller, Permit, Portal, TenantId } from '../../access/index.js';
import { SETTINGS } from '../../shared/config/setting-list.js';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { ApiIdParam } from '../../shared/http/api-id-param.js';
import { ApiInput } from '../../shared/http/api-input.js';
import { InputPipe } from '../../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../../shared/http/link-header.interceptor.js';
import { MalformedCursor, type Page } from '../../shared/http/page.js';
import { RouteOption } from '../../shared/http/route-options.js';
import { EXAMPLE_IDS, MalformedId, parsePublicId } from '../../shared/ids/public-id.js';
import { LIMITS } from '../../shared/limits.js';
import { ReplayAnswer, ReplayPage, ReplayPreviewAnswer } from '../dto/replay-answer.js';
import { ReplayInput, ReplayPatch } from '../dto/replay-input.js';
import { ReplayQuery } from '../dto/replay-query.js';
import {
  ReplayEnded,
  ReplayNotFound,
  ReplayTargetDisabled,
  ReplayTargetGone,
  ReplayTooBroad,
  TooManyMatches,
  TooManyReplays,
  unknownSubscription,
} from '../replay.errors.js';
import { ReplaysService } from './replays.service.js';

const MOST = SETTINGS.shape.maxReplayEvents.parse(undefined);
const EXAMPLE = { event_type: 'order.created', since: '2026-01-31T12:00:00.000Z' };

@ApiTags('Replays')
@Controller('replays')
export class ReplaysController {
  constructor(private readonly replays: ReplaysService) {}

  @Post()
  @Permit('manage', { isMetered: true })
  @Portal(['replays:write', 'deliveries:read'])
  @HttpCode(202)
  @ApiOperation({
    operationId: 'createReplay',
    summary: 'Deliver again what matches, or what is missing',
    description:
      'Makes a job that sends matches again, oldest event first, each as a new delivery with `retry_of` and `replay_id`. ' +
      'Only deliveries that had finished before are sent, and of an event to a subscription only the latest: if it was ' +
      'delivered since, an earlier failure does not match. With `dry_run`, nothing is sent: the answer is a 200 that counts ' +
      'and shows what would be. A replay stays below live traffic: it sends nothing while other deliveries wait for the ' +
      'receiver, and no more than `rate` a second.',
  })
  @ApiOkResponse({ type: ReplayPreviewAnswer, description: 'With `dry_run`: what would be sent' })
  @ApiAcceptedResponse({
    type: ReplayAnswer,
    description: 'The replay',
    headers: { Location: { description: 'URL of the replay', schema: { type: 'string' } } },
  })
  @ApiInput(ReplayInput, 'What failed of one type since a time', EXAMPLE)
  @ApiProblems(
    new TooManyReplays(LIMITS.unsentReplays),
    new ReplayTargetDisabled(EXAMPLE_IDS.sub, 'gone'),
    new ReplayTargetGone(EXAMPLE_IDS.sub),
    new TooManyMatches(137_204, true, MOST),
    new ReplayTooBroad(10, 90_000),
    unknownSubscription(),
  )
  async create(
    @CurrentCaller() caller: Caller,
    @Body(InputPipe) input: ReplayInput,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayAnswer | ReplayPreviewAnswer> {
    if (input.dry_run === true) {
      void reply.status(200);
      return this.replays.preview(caller.tenantId, input);
    }
    const replay = await this.replays.create(caller, input);
    void reply.header('location', `/replays/${replay.id}`);
    return replay;
  }

  @Get()
  @Permit('read')
  @Portal(['replays:write'])
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({ operationId: 'listReplays', summary: 'List replays, newest first' })
  @ApiOkResponse({ type: ReplayPage, description: 'A page of replays' })
  @ApiProblems(new MalformedCursor(), new MalformedId('42', ['sub'], 'subscription_id'))
  list(@TenantId() tenantId: string, @Query(InputPipe) query: ReplayQuery): Promise<Page<ReplayAnswer>> {
    return this.replays.list(tenantId, query);
  }

  @Get(':id')
  @Permit('read')
  @Portal(['replays:write'])
  @ApiIdParam('id', 'rpl')
  @ApiOperation({ operationId: 'getReplay', summary: 'Read a replay' })
  @ApiOkResponse({ type: ReplayAnswer, description: 'The replay' })
  @ApiProblems(new ReplayNotFound(EXAMPLE_IDS.rpl))
  get(@TenantId() tenantId: string, @Param('id') id: string): Promise<ReplayAnswer> {
    return this.replays.get(tenantId, parsePublicId(id, 'rpl').uuid);
  }

  @Patch(':id')
  @Permit('manage')
  @Portal(['replays:write'])
  @ApiIdParam('id', 'rpl')
  @ApiOperation({
    operationId: 'patchReplay',
    summary: 'Pause a replay, let it go on, or change its rate',
    description: 'Deliveries that it has made go on while it is paused.',
  })
  @ApiOkResponse({ type: ReplayAnswer, description: 'The changed replay' })
  @ApiInput(ReplayPatch, 'Pause', { state: 'paused' })
  @ApiProblems(new ReplayNotFound(EXAMPLE_IDS.rpl), new ReplayEnded(EXAMPLE_IDS.rpl, 'finished'))
  patch(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body(InputPipe) input: ReplayPatch,
  ): Promise<ReplayAnswer> {
    return this.replays.patch(caller, parsePublicId(id, 'rpl').uuid, input);
  }

  @Delete(':id')
  @RouteOption({ refusesBody: true })
  @Permit('manage')
  @Portal(['replays:write'])
  @ApiIdParam('id', 'rpl')
  @ApiOperation({
    operationId: 'cancelReplay',
    summary: 'Cancel a replay',
    description: 'Deliveries that it has made go on, and are counted. A replay that is cancelled already stays so.',
  })
  @ApiOkResponse({ type: ReplayAnswer, description: 'The cancelled replay' })
  @ApiProblems(new ReplayNotFound(EXAMPLE_IDS.rpl), new ReplayEnded(EXAMPLE_IDS.rpl, 'finished'), 413, 415, 422)
  cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ReplayAnswer> {
    return this.replays.cancel(caller, parsePublicId(id, 'rpl').uuid);
  }
}
