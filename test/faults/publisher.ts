import { Child } from './child.js';

/** A 202, as the publisher received it. */
export interface Accepted {
  /** The number of the event in the run, which its body holds. */
  readonly n: number;
  /** The path it was posted to. */
  readonly path: string;
  readonly sha256: string;
  readonly eventId: string;
  readonly atMs: number;
  readonly latencyMs: number;
}

/** An answer other than 202, or none at all: then `code` names the fault of the connection. */
export interface Refusal {
  readonly status: number | null;
  readonly code: string | null;
  readonly atMs: number;
  readonly latencyMs: number;
}

export interface PublishOrder {
  readonly name: string;
  readonly url: string;
  readonly path: string;
  readonly seed: number;
  readonly perSecond: number;
  /** The minimum number; more are published until it is told to finish. */
  readonly events: number;
  /** Repeats an event under an Idempotency-Key until it is accepted. */
  readonly insists: boolean;
}

export type PublisherOrder =
  | { readonly publish: PublishOrder }
  | { readonly finish: string }
  | { readonly report: true };

export interface PublisherReport {
  readonly accepted: readonly Accepted[];
  readonly refusals: readonly Refusal[];
  /** SHA-256 of every body that was sent. */
  readonly posted: readonly string[];
  /** Events that an insisting publisher could not deliver to the API. */
  readonly givenUp: readonly number[];
}

/** The publisher of a run, in a process of its own. */
export class Publisher {
  private constructor(private readonly child: Child) {}

  static async start(): Promise<Publisher> {
    return new Publisher(await Child.start('publisher'));
  }

  async begin(order: PublishOrder): Promise<void> {
    await this.child.ask({ publish: order } satisfies PublisherOrder);
  }

  /** Resolves when its last event is answered. */
  async finish(name: string): Promise<void> {
    await this.child.ask({ finish: name } satisfies PublisherOrder);
  }

  async report(): Promise<PublisherReport> {
    return (await this.child.ask({ report: true } satisfies PublisherOrder)) as PublisherReport;
  }

  stop(): void {
    this.child.stop();
  }
}
