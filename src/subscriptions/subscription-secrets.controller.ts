import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, Permit } from '../access/index.js';
import { ApiProblems } from '../shared/http/api-errors.js';
import { ApiInput } from '../shared/http/api-input.js';
import { ApiIdParam } from '../shared/http/api-id-param.js';
import { OptionalInputPipe } from '../shared/http/input.pipe.js';
import { RouteOption } from '../shared/http/route-options.js';
import { EXAMPLE_IDS, parsePublicId } from '../shared/ids/public-id.js';
import { LIMITS } from '../shared/limits.js';
import { RotatedSecretsAnswer, SecretRotation, SecretsAnswer } from './dto/secrets.js';
import { PortalOnSubscription } from './on-subscription.js';
import { SubscriptionNotFound, TooManySecrets } from './subscription.errors.js';
import { SubscriptionSecretsService } from './subscription-secrets.service.js';

@ApiTags('Subscriptions')
@Controller('subscriptions/:id')
export class SubscriptionSecretsController {
  constructor(private readonly secrets: SubscriptionSecretsService) {}

  @Get('secret')
  @ApiIdParam('id', 'sub')
  @Permit('manage')
  @PortalOnSubscription('secrets:read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getSubscriptionSecret',
    summary: 'Read the signing secret',
    description: 'Each read is recorded in the audit log.',
  })
  @ApiOkResponse({ type: SecretsAnswer, description: 'The secret, and previous ones that still sign' })
  @ApiProblems(new SubscriptionNotFound(EXAMPLE_IDS.sub))
  read(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<SecretsAnswer> {
    return this.secrets.read(caller, parsePublicId(id, 'sub').uuid);
  }

  @Post('rotate-secret')
  @ApiIdParam('id', 'sub')
  @RouteOption({ bodyIsOptional: true })
  @Permit('manage')
  @PortalOnSubscription('subscriptions:write', 'secrets:read')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'rotateSubscriptionSecret',
    summary: 'Rotate the signing secret',
    description:
      'Both secrets sign until the overlap ends, so that the receiver can switch at any time until then. ' +
      'Without a body, a secret is generated, and the overlap is a day.',
  })
  @ApiOkResponse({ type: RotatedSecretsAnswer, description: 'The new secret, and previous ones that still sign' })
  @ApiInput(SecretRotation, 'Both secrets sign for a day', { overlap: 86_400 }, { isRequired: false })
  @ApiProblems(new SubscriptionNotFound(EXAMPLE_IDS.sub), new TooManySecrets(LIMITS.liveSecrets))
  rotate(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body(OptionalInputPipe) rotation: SecretRotation,
  ): Promise<RotatedSecretsAnswer> {
    return this.secrets.rotate(caller, parsePublicId(id, 'sub').uuid, rotation);
  }
}
