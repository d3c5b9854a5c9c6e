import { Injectable } from '@nestjs/common';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { ActiveSubscription, ArrivingDelivery } from '../domain/arriving-delivery.js';

/** What became of reserved deliveries. */
export interface Outcome {
  /** Ids of the stored events. The slots of deliveries of other events are freed. */
  readonly accepted: ReadonlySet<Uuid>;
  /** Subscriptions whose deliveries were claimed. Deliveries of others are parked or cancelled. */
  readonly active: readonly ActiveSubscription[];
}

/** Deliveries that are about to be accepted, and have slots. Call `start` or `giveBack`, once. */
export interface Reservation {
  /** The statement that accepts them must claim them, too. */
  readonly ids: ReadonlySet<Uuid>;
  /** Their subscriptions, each once. */
  readonly subscriptionIds: readonly Uuid[];
  /** Starts the attempts of claimed deliveries. */
  start(outcome: Outcome): void;
  /** Frees all slots after a failure. If the claims were committed nevertheless, their leases end. */
  giveBack(): void;
}

/** The worker of this process, as those who accept deliveries see it. */
export interface DirectWorker {
  /** Reserves a slot for each delivery whose lane has one. */
  reserve(deliveries: readonly ArrivingDelivery[]): Reservation;
}

const NONE: Reservation = {
  ids: new Set(),
  subscriptionIds: [],
  start: () => undefined,
  giveBack: () => undefined,
};

/**
 * Hands accepted deliveries to the worker in the same process, which sends them without queue, claim or reading back.
 * Other deliveries, and all deliveries of a process without a worker, go through the queue.
 */
@Injectable()
export class HandOver {
  private worker: DirectWorker | null = null;

  connect(worker: DirectWorker): void {
    this.worker = worker;
  }

  disconnect(): void {
    this.worker = null;
  }

  reserve(deliveries: readonly ArrivingDelivery[]): Reservation {
    return this.worker?.reserve(deliveries) ?? NONE;
  }
}
