import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../../shared/config/settings.js';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { ApiIdParam } from '../../shared/http/api-id-param.js';
import { ApiInput } from '../../shared/http/api-input.js';
import { InputPipe, OptionalInputPipe } from '../../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../../shared/http/link-header.interceptor.js';
import { MalformedCursor, type Page } from '../../shared/http/page.js';
import { RouteOption } from '../../shared/http/route-options.js';
import { EXAMPLE_IDS, parsePublicId } from '../../shared/ids/public-id.js';
import { ApiKeyMissing } from '../access.errors.js';
import { addressOf, type Caller, CurrentCaller } from '../caller.js';
import { ListedSessionAnswer, SessionAnswer, SessionInput, SessionPage, SessionQuery } from '../dto/sessions.js';
import { isWellFormedKey } from '../keys/key-ring.js';
import { Permit } from '../permit.js';
import { Portal } from '../portal/portal.js';
import {
  ForeignRequest,
  InsecureOrigin,
  NoSession,
  SessionNotFound,
  SessionNotNeeded,
  TooManyAttempts,
} from '../session.errors.js';
import { WrongCredentials } from '../wrong-credentials.js';
import {
  clearCookie,
  COOKIE_HEADER,
  COOKIE_HEADER_VALUE,
  isFromOwnPage,
  isInsecure,
  sessionCookies,
  setCookie,
} from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

const FROM_OWN_PAGE = {
  name: COOKIE_HEADER,
  required: true,
  description: 'No form can send it',
  schema: { type: 'string' as const, enum: [COOKIE_HEADER_VALUE] },
};
const SET_COOKIE = { 'Set-Cookie': { description: 'The session cookie', schema: { type: 'string' as const } } };

@ApiTags('Access')
@Controller()
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly wrongCredentials: WrongCredentials,
    private readonly settings: Settings,
  ) {}

  @Post('session')
  @RouteOption({ permission: 'none', bodyIsOptional: true })
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'createSession',
    summary: 'Exchange an API key for a session cookie',
    description:
      'For pages in a browser. The key is in the body or in `Authorization`. The cookie is sent with requests to this ' +
      `service only; each of them needs the header \`${COOKIE_HEADER}: ${COOKIE_HEADER_VALUE}\` and must come from a page of ` +
      'this service. The session has the role and the tenant of the key, is prolonged while it is used, and ends with ' +
      'the key. A session that the browser already has ends.',
  })
  @ApiHeader(FROM_OWN_PAGE)
  @ApiInput(
    SessionInput,
    'Sign in with a key',
    { key: 'whk_01k6zv1yqpe7rtqq6zjy2k3m4n_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E' },
    { isRequired: false },
  )
  @ApiCreatedResponse({ type: SessionAnswer, description: 'The session', headers: SET_COOKIE })
  @ApiProblems(
    new ApiKeyMissing(),
    new ForeignRequest(),
    new InsecureOrigin(),
    new SessionNotNeeded(),
    new TooManyAttempts(5),
  )
  async create(
    @Body(OptionalInputPipe) { key }: SessionInput,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswer> {
    if (!isFromOwnPage(request)) throw new ForeignRequest();
    if (isInsecure(request)) throw new InsecureOrigin();
    if (this.settings.apiAccess === 'open') throw new SessionNotNeeded();
    const address = addressOf(request);
    const authorization = key === undefined ? request.headers.authorization : `Bearer ${key}`;
    const signIn = { address, requestId: request.id, cookies: sessionCookies(request) };
    const shown = { address, isWellFormed: isWellFormedKey(authorization) };
    const { token, answer } = await this.wrongCredentials.attempt(shown, () =>
      this.sessions.begin(authorization, signIn),
    );
    void reply.header('set-cookie', setCookie(request, token));
    return answer;
  }

  @Get('session')
  @Permit('any')
  @Portal([])
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getSession',
    summary: 'Say who calls, what they may do, and until when',
    description: 'Also for callers with a key, for portals, and where API_ACCESS is open and no key is needed.',
  })
  @ApiOkResponse({ type: SessionAnswer, description: 'The caller' })
  get(@CurrentCaller() caller: Caller): SessionAnswer {
    return this.sessions.describe(caller);
  }

  @Delete('session')
  @RouteOption({ refusesBody: true })
  @Permit('any')
  @HttpCode(204)
  @ApiOperation({ operationId: 'endSession', summary: 'End the session of the cookie' })
  @ApiNoContentResponse({ description: 'Ended', headers: SET_COOKIE })
  @ApiProblems(new NoSession(), 413, 415)
  async end(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.end(caller);
    void reply.header('set-cookie', clearCookie(request));
  }

  @Get('sessions')
  @Permit('administer')
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({ operationId: 'listSessions', summary: 'List the sessions of browsers, newest first' })
  @ApiOkResponse({ type: SessionPage, description: 'A page of sessions that have not ended' })
  @ApiProblems(new MalformedCursor())
  list(@CurrentCaller() caller: Caller, @Query(InputPipe) query: SessionQuery): Promise<Page<ListedSessionAnswer>> {
    return this.sessions.list(caller, query);
  }

  @Delete('sessions/:id')
  @RouteOption({ refusesBody: true })
  @Permit('administer')
  @HttpCode(204)
  @ApiIdParam('id', 'ses')
  @ApiOperation({
    operationId: 'revokeSession',
    summary: 'End the session of a browser',
    description: 'Its cookie is refused within a second.',
  })
  @ApiNoContentResponse({ description: 'Ended' })
  @ApiProblems(new SessionNotFound(EXAMPLE_IDS.ses), 413, 415, 422)
  revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.sessions.revoke(caller, parsePublicId(id, 'ses').uuid);
  }
}
