import { setTimeout as delayed } from 'node:timers/promises';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { boundedCache } from '../shared/bounded-cache.js';
import { untilGone } from '../shared/http/client-gone.js';
import { InputPipe } from '../shared/http/input.pipe.js';
import { RouteOption } from '../shared/http/route-options.js';
import { Clock } from '../shared/time/clock.js';
import { EchoQuery } from './echo-query.js';

/** Limits of all bins together, for headers and bodies. */
const MAX_BYTES = 10_000_000;
const MAX_REQUESTS = 2000;
const MAX_SHOWN = 20;
/** Bins whose requests are counted, for those that behave badly now and then. */
const MAX_COUNTED = 1000;
/** If one character of a string needs two bytes, V8 stores all of them in two. */
const BYTES_PER_CHARACTER = 2;
const PAGE = '<!doctype html><title>Sorry</title><h1>Something went wrong</h1><p>Please try again later.</p>';

interface Echoed {
  readonly bin: string;
  /** The request as JSON, ready to be shown. */
  readonly json: string;
}

/**
 * A receiver for trying the service. It shows what it received, including credentials, and responds with 200 unless the
 * URL asks for something else, so that one can see what failures look like. It exists only while API_ACCESS is open,
 * and serves only this machine.
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
  private readonly counts = boundedCache<string, number>(MAX_COUNTED);
  private received = 0;

  constructor(private readonly clock: Clock) {}

  @Post(':bin')
  @HttpCode(200)
  @RouteOption({ rawBody: true, permission: 'none', isForThisMachine: true, takesQuery: true })
  async receive(
    @Param('bin') bin: string,
    @Body() body: Buffer | undefined,
    @Query(InputPipe) query: EchoQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ received: boolean } | string> {
    this.keep(bin, body, request);
    if (this.count(bin) % query.every !== 0) return { received: true };
    if (query.delay > 0) {
      // While it waits, it takes nothing from requests that publish.
      request.intake?.release();
      await pause(query.delay * 1000, untilGone(reply));
    }
    void reply.status(query.status);
    if (query.retry_after !== undefined) void reply.header('retry-after', query.retry_after);
    if (query.answer === 'html') {
      void reply.type('text/html; charset=utf-8');
      return PAGE;
    }
    return { received: query.status < 300 };
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

  private keep(bin: string, body: Buffer | undefined, { headers }: FastifyRequest): void {
    const json = JSON.stringify({
      received_at: this.clock.now().toISOString(),
      headers,
      body: body?.toString('utf8') ?? '',
    });
    this.received += 1;
    this.requests.set(this.received, { bin, json });
  }

  /** @returns how many requests the bin has got, this one included */
  private count(bin: string): number {
    const count = (this.counts.get(bin) ?? 0) + 1;
    this.counts.set(bin, count);
    return count;
  }
}

/** @throws the reason of the signal when it aborts, because the sender has left */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delayed(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
