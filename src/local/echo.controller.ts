import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { RouteOption } from '../shared/http/route-options.js';
import { Clock } from '../shared/time/clock.js';

const MAX_BINS = 100;
const MAX_REQUESTS = 20;

interface EchoedRequest {
  readonly received_at: string;
  readonly headers: FastifyRequest['headers'];
  readonly body: string;
}

/** A receiver to try the service on: it answers 200 to everything and shows what it got. */
@ApiExcludeController()
@Controller('echo')
export class EchoController {
  private readonly bins = new Map<string, EchoedRequest[]>();

  constructor(private readonly clock: Clock) {}

  @Post(':bin')
  @HttpCode(200)
  @RouteOption({ rawBody: true, permission: 'none' })
  receive(
    @Param('bin') bin: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
  ): { received: boolean } {
    const received = {
      received_at: this.clock.now().toISOString(),
      headers: request.headers,
      body: body?.toString('utf8') ?? '',
    };
    const requests = [received, ...(this.bins.get(bin) ?? [])].slice(0, MAX_REQUESTS);
    this.bins.delete(bin);
    this.bins.set(bin, requests);
    const [oldest] = this.bins.keys();
    if (this.bins.size > MAX_BINS && oldest !== undefined) this.bins.delete(oldest);
    return { received: true };
  }

  /** The last 20 requests to a bin, newest first. */
  @Get(':bin')
  @RouteOption({ permission: 'none' })
  show(@Param('bin') bin: string): readonly EchoedRequest[] {
    return this.bins.get(bin) ?? [];
  }
}
