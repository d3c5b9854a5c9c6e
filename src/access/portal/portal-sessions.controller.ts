import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query, Req, UseInterceptors } from '@nestjs/common'; // prettier-ignore
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Settings } from '../../shared/config/settings.js';
import { ApiProblems } from '../../shared/http/api-errors.js';
import { ApiIdParam } from '../../shared/http/api-id-param.js';
import { ApiInput } from '../../shared/http/api-input.js';
import { InputPipe } from '../../shared/http/input.pipe.js';
import { LinkHeaderInterceptor } from '../../shared/http/link-header.interceptor.js';
import { MalformedCursor, type Page } from '../../shared/http/page.js';
import { RouteOption } from '../../shared/http/route-options.js';
import { EXAMPLE_IDS, parsePublicId, toPublicId } from '../../shared/ids/public-id.js';
import { LIMITS } from '../../shared/limits.js';
import { addressOf, type Caller, CurrentCaller } from '../caller.js';
import { parseSessionToken } from '../domain/session-token.js';
import {
  CreatedPortalSessionAnswer,
  ExchangedPortalSessionAnswer,
  PortalCodeInput,
  PortalSessionAnswer,
  PortalSessionInput,
  PortalSessionPage,
  PortalSessionQuery,
  PortalTenantQuery,
} from '../dto/portal-sessions.js';
import { Permit } from '../permit.js';
import { TooManyAttempts } from '../session.errors.js';
import { WrongCredentials } from '../wrong-credentials.js';
import {
  PortalCodeExpired,
  PortalCodeUnknown,
  PortalCodeUsed,
  PortalOff,
  PortalSessionNotFound,
  PublicUrlMissing,
  TooManyPortalSessions,
} from './portal.errors.js';
import { CODE_SECONDS, PortalSessionsService } from './portal-sessions.service.js';
import { portalLink, PortalUrl } from './portal-url.js';

@ApiTags('Access')
@Controller('portal-sessions')
export class PortalSessionsController {
  constructor(
    private readonly portals: PortalSessionsService,
    private readonly urls: PortalUrl,
    private readonly wrongCredentials: WrongCredentials,
    private readonly settings: Settings,
  ) {}

  @Post()
  @Permit('administer')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'createPortalSession',
    summary: 'Make a link that opens the portal for a customer',
    description:
      `The code in the link works once, within ${CODE_SECONDS} seconds, so make it when the browser asks for it. To renew a ` +
      'session, make another one.',
  })
  @ApiInput(PortalSessionInput, 'A customer looks at what was delivered', {
    tenant_id: 'default',
    capabilities: ['subscriptions:read', 'deliveries:read', 'deliveries:retry'],
    return_url: 'https://app.example.com/settings',
  })
  @ApiCreatedResponse({ type: CreatedPortalSessionAnswer, description: 'The link' })
  @ApiProblems(new TooManyPortalSessions(LIMITS.portalSessions), new PublicUrlMissing(), new PortalOff())
  async create(
    @CurrentCaller() caller: Caller,
    @Body(InputPipe) input: PortalSessionInput,
    @Req() request: FastifyRequest,
  ): Promise<CreatedPortalSessionAnswer> {
    this.refuseIfOff();
    const base = this.urls.baseFor(request);
    const { session, code } = await this.portals.create(caller, input);
    return {
      id: toPublicId('pse', session.id),
      url: portalLink(base, session.tenantId, code),
      expires_at: session.expiresAt.toISOString(),
    };
  }

  @Post('exchange')
  @RouteOption({ permission: 'none' })
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'exchangePortalCode',
    summary: "Exchange the code of a link for a portal's token",
    description: 'Needs no API key. The page of the portal does this once and keeps the token in memory.',
  })
  @ApiInput(PortalCodeInput, 'Open the portal', {
    code: 'whc_01k6zv1yqpe7rtqq6zjy2k3m4n_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E',
  })
  @ApiOkResponse({ type: ExchangedPortalSessionAnswer, description: 'The session, with its token' })
  @ApiProblems(
    new PortalCodeUnknown(),
    new PortalCodeUsed(),
    new PortalCodeExpired(CODE_SECONDS),
    new PortalOff(),
    new TooManyAttempts(5),
  )
  exchange(
    @Body(InputPipe) { code }: PortalCodeInput,
    @Req() request: FastifyRequest,
  ): Promise<ExchangedPortalSessionAnswer> {
    this.refuseIfOff();
    const address = addressOf(request);
    const shown = { address, isWellFormed: parseSessionToken('whc', code) !== null };
    return this.wrongCredentials.attempt(shown, () => this.portals.exchange(code, { address, requestId: request.id }));
  }

  @Get()
  @Permit('administer')
  @RouteOption({ takesTenantId: true })
  @UseInterceptors(LinkHeaderInterceptor)
  @ApiOperation({ operationId: 'listPortalSessions', summary: 'List portal sessions, newest first' })
  @ApiOkResponse({ type: PortalSessionPage, description: 'A page of sessions that have not ended' })
  @ApiProblems(new MalformedCursor())
  list(
    @CurrentCaller() caller: Caller,
    @Query(InputPipe) query: PortalSessionQuery,
  ): Promise<Page<PortalSessionAnswer>> {
    return this.portals.list(caller, query);
  }

  @Delete()
  @RouteOption({ refusesBody: true, takesTenantId: true })
  @Permit('administer')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeAllPortalSessions',
    summary: 'End all portal sessions of a tenant',
    description: 'Their tokens are refused within a second, and links that were not followed yet lead nowhere.',
  })
  @ApiNoContentResponse({ description: 'Ended' })
  @ApiProblems(413, 415, 422)
  revokeAll(@CurrentCaller() caller: Caller, @Query(InputPipe) _query: PortalTenantQuery): Promise<void> {
    return this.portals.revokeAll(caller);
  }

  @Delete(':id')
  @RouteOption({ refusesBody: true })
  @Permit('administer')
  @HttpCode(204)
  @ApiIdParam('id', 'pse')
  @ApiOperation({
    operationId: 'revokePortalSession',
    summary: 'End a portal session',
    description: 'Its token is refused within a second.',
  })
  @ApiNoContentResponse({ description: 'Ended' })
  @ApiProblems(new PortalSessionNotFound(EXAMPLE_IDS.pse), 413, 415, 422)
  revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.portals.revoke(caller, parsePublicId(id, 'pse').uuid);
  }

  /** @throws PortalOff */
  private refuseIfOff(): void {
    if (this.settings.portal === 'off') throw new PortalOff();
  }
}
