import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { RouteOption } from '../shared/http/route-options.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { HealthAnswer, LiveAnswer } from './dto/health-answer.js';
import { BacklogGauges } from './backlog-gauges.js';
import { HealthService } from './health.service.js';

@ApiTags('Health and metrics')
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly gauges: BacklogGauges,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @RouteOption({ isOperational: true })
  @ApiOperation({ operationId: 'getLiveness', summary: 'Check that the process responds, without its dependencies' })
  @ApiOkResponse({ type: LiveAnswer, description: 'The process responds' })
  live(): LiveAnswer {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @RouteOption({ isOperational: true })
  @ApiOperation({ operationId: 'getReadiness', summary: 'Check that the process can do its work' })
  @ApiOkResponse({ type: HealthAnswer, description: 'Ready; slower than usual if `degraded`' })
  @ApiResponse({ status: 503, type: HealthAnswer, description: 'Not ready, or shutting down' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return answer(await this.health.ready(), reply);
  }

  @Get('health')
  @RouteOption({ isOperational: true })
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'Get the state of dependencies, queue and due deliveries, and the versions',
  })
  @ApiOkResponse({ type: HealthAnswer, description: 'Healthy; slower than usual if `degraded`' })
  @ApiResponse({
    status: 503,
    type: HealthAnswer,
    description: 'A dependency is down, or the process is shutting down',
  })
  async whole(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return answer(await this.health.whole(), reply);
  }

  @Get('metrics')
  @RouteOption({ isOperational: true })
  @ApiOperation({ operationId: 'getMetrics', summary: 'Get metrics in the Prometheus text format' })
  @ApiOkResponse({ description: 'The metrics', content: { 'text/plain': { schema: { type: 'string' } } } })
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    void reply.header('content-type', this.metrics.contentType);
    return this.gauges.render();
  }
}

function answer(result: HealthCheckResult, reply: FastifyReply): HealthCheckResult {
  if (result.status !== 'ok' && result.status !== 'degraded') void reply.status(503).header('retry-after', 1);
  return result;
}
