import { Body, Controller, Get, Header, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { RouteOption } from '../shared/http/route-options.js';
import { Clock } from '../shared/time/clock.js';

/** Limits of all bins together, for headers and bodies. */
const MAX_BYTES = 10_000_000;
const MAX_REQUESTS = 2000;
const MAX_SHOWN = 20;
/** If one character of a string needs two bytes, V8 stores all of them in two. */
const BYTES_PER_CHARACTER = 2;

interface Echoed {
  readonly bin: string;
  /** The request as JSON, ready to be shown. */
  readonly json: string;
}

/**
 * A receiver for trying the service. It responds to everything with 200 and shows what it received, including
 * credentials. So it exists only while API_ACCESS is open, and serves only this machine.
 */
@ApiExcludeController()
@Controller('echo')
export class EchoController {
  /** Evicts the oldest first. Does not keep a request larger than the limit. */
  private readonly requests = new LRUCache<number, Echoed>({
    max: MAX_REQUESTS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bin, json }) => BYTES_PER_CHARACTER * (bin.length + json.length),
  });
  private received = 0;

  constructor(private readonly clock: Clock) {}

  @Post(':bin')
  @HttpCode(200)
  @RouteOption({ rawBody: true, permission: 'none', isForThisMachine: true })
  receive(
    @Param('bin') bin: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
  ): { received: boolean } {
    const json = JSON.stringify({
      received_at: this.clock.now().toISOString(),
      headers: request.headers,
      body: body?.toString('utf8') ?? '',
    });
    this.received += 1;
    this.requests.set(this.received, { bin, json });
    return { received: true };
  }

  /** The last 20 requests to a bin, newest first. */
  @Get(':bin')
  @RouteOption({ permission: 'none', isForThisMachine: true })
  @Header('content-type', 'application/json')
  show(@Param('bin') bin: string): string {
    const ofBin = [...this.requests.values()].filter((each) => each.bin === bin);
    return `[${ofBin
      .slice(0, MAX_SHOWN)
      .map(({ json }) => json)
      .join(',')}]`;
  }
}
