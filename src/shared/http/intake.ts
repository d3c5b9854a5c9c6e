import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import type { Metrics } from '../metrics/metrics.js';
import { Shares } from '../shares.js';
import { routeOptionsOf } from './route-options.js';

/** What publishing requests may take together in this process. */
export interface IntakeLimits {
  /** Requests that are whole and wait for their commit. */
  readonly requests: number;
  /** Bytes of bodies, whole or not. */
  readonly bytes: number;
}

export class Overloaded extends DomainError {
  constructor() {
    super('overloaded', 'unavailable', 'Too much is on its way in at once. Send this request again in a second.', {
      retryAfterSeconds: 1,
    });
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request takes; null where none is counted. */
    intake: IntakePart | null;
  }
}

/**
 * Publishers wait for a commit. When PostgreSQL can't keep up, the requests that wait are what fills the memory, so
 * they are bounded by number and by size, with a share for each tenant. What counts is what has come: a request that
 * only says what it is going to send takes nothing from anybody.
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

  /** @param ownerOf the tenant for which a request publishes; the gate finds it, so install this after the gate */
  install(fastify: FastifyInstance, ownerOf: (request: FastifyRequest) => string): void {
    fastify.decorateRequest('intake', null);
    fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      if (!routeOptionsOf(request).rawBody) {
        done();
        return;
      }
      const owner = ownerOf(request);
      if (!this.places.mayTake(owner)) {
        // Its body need not be read to know that it would be refused.
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
   * When there is an answer, and it is sent or nobody wants it any more. A client that has gone away leaves its body
   * behind, which is written all the same.
   */
  private giveBack({ intake: part }: FastifyRequest): void {
    if (!part?.isClosed || !part.isAnswered) return;
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

/** What one request takes, until it is answered. */
export class IntakePart {
  bytes = 0;
  places = 0;
  /** The connection has the whole answer, or is gone. */
  isClosed = false;
  /** What the handler made of it is known. */
  isAnswered = false;

  constructor(
    private readonly intake: Intake,
    readonly owner: string,
  ) {}

  /** So many more bytes of the body have come. @returns why no more of it is wanted, if so */
  hasCome(bytes: number): Overloaded | null {
    const refusal = this.intake.takeBytes(this.owner, bytes);
    if (refusal === null) this.bytes += bytes;
    return refusal;
  }

  /** All of the body has come. @returns why it is not wanted, if so */
  isWhole(): Overloaded | null {
    const refusal = this.intake.takePlace(this.owner);
    if (refusal === null) this.places = 1;
    return refusal;
  }
}
