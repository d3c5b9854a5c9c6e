import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import type { Metrics } from '../metrics/metrics.js';
import { Shares } from '../shares.js';
import { routeOptionsOf } from './route-options.js';

/** Limits of all publishing requests in this process together. */
export interface IntakeLimits {
  /** Requests that have fully arrived and wait for their commit. */
  readonly requests: number;
  /** Bytes of bodies received so far, complete or not. */
  readonly bytes: number;
}

export class Overloaded extends DomainError {
  constructor() {
    super(
      'overloaded',
      'unavailable',
      'Too many publishing requests are in progress. Send this one again in a second.',
      {
        retryAfterSeconds: 1,
      },
    );
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Usage of this request; null on routes that do not publish. */
    intake: IntakePart | null;
  }
}

/**
 * Limits publishing requests by number and by size, with a share for each tenant. Publishers wait for a commit, so when
 * PostgreSQL cannot keep up, waiting requests would fill the memory. Only received bytes count: a Content-Length alone
 * takes nothing from other requests.
 */
export class Intake {
  private readonly places: Shares;
  private readonly bytes: Shares;

  constructor(
    limits: IntakeLimits,
    private readonly metrics: Metrics,
  ) {
    this.places = new Shares(limits.requests);
    this.bytes = new Shares(limits.bytes);
  }

  /** @param ownerOf returns the tenant of a request. The gate determines it, so install this after the gate */
  install(fastify: FastifyInstance, ownerOf: (request: FastifyRequest) => string): void {
    fastify.decorateRequest('intake', null);
    fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      if (!routeOptionsOf(request).rawBody) {
        done();
        return;
      }
      const owner = ownerOf(request);
      if (!this.places.mayTake(owner)) {
        // Refused before its body is read.
        done(this.refusal());
        return;
      }
      const part = new IntakePart(this, owner);
      request.intake = part;
      reply.raw.once('close', () => {
        part.isClosed = true;
        this.giveBack(request);
      });
      done();
    });
    fastify.addHook('onSend', (request: FastifyRequest, _reply, _payload, done: (error?: Error) => void) => {
      if (request.intake) request.intake.isAnswered = true;
      this.giveBack(request);
      done();
    });
  }

  takePlace(owner: string): Overloaded | null {
    return this.places.take(owner) ? null : this.refusal();
  }

  takeBytes(owner: string, bytes: number): Overloaded | null {
    return this.bytes.take(owner, bytes) ? null : this.refusal();
  }

  /**
   * Frees the usage of a request when its handler is done and its response is sent or its client is gone. Both are
   * needed, because an event is still written when its client has disconnected.
   */
  private giveBack({ intake: part }: FastifyRequest): void {
    if (part?.isClosed && part.isAnswered) this.free(part);
  }

  /** Frees the usage of a request. */
  free(part: IntakePart): void {
    this.places.giveBack(part.owner, part.places);
    this.bytes.giveBack(part.owner, part.bytes);
    part.places = 0;
    part.bytes = 0;
  }

  private refusal(): Overloaded {
    this.metrics.requestsShed.inc();
    return new Overloaded();
  }
}

/** Usage of one request. */
export class IntakePart {
  bytes = 0;
  places = 0;
  /** Whether the response is fully sent, or the connection is closed. */
  isClosed = false;
  /** Whether the handler has produced a response. */
  isAnswered = false;

  constructor(
    private readonly intake: Intake,
    readonly owner: string,
  ) {}

  /** Frees the usage before the request is answered, because it has written its event and waits for something else. */
  release(): void {
    this.intake.free(this);
  }

  /** Counts received bytes of the body. @returns an error if they exceed the limit or the tenant's share */
  addBytes(bytes: number): Overloaded | null {
    const refusal = this.intake.takeBytes(this.owner, bytes);
    if (refusal === null) this.bytes += bytes;
    return refusal;
  }

  /** Counts the request when its body is complete. @returns an error if it exceeds the limit or the tenant's share */
  complete(): Overloaded | null {
    const refusal = this.intake.takePlace(this.owner);
    if (refusal === null) this.places = 1;
    return refusal;
  }
}
