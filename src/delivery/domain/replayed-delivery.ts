import type { Uuid } from '../../shared/ids/uuid.js';
import type { SubscriptionState } from '../../subscriptions/index.js';

/** What a replay is to send: an event to a subscription, and the delivery that is repeated if there is one. */
export interface ReplayMatch {
  /** Where it stands in the order of ids. */
  readonly id: Uuid;
  readonly eventId: Uuid;
  readonly subscriptionId: Uuid;
  /** Null if there was no delivery. */
  readonly formerId: Uuid | null;
}

/** A match with the id of the delivery that is opened for it. */
export interface NewReplayed extends ReplayMatch {
  readonly newId: Uuid;
}

/** A delivery that a replay has opened. */
export interface OpenedDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly formerId: Uuid | null;
}

/** The subscription of a match, at present. */
export interface ReplayReceiver {
  readonly id: Uuid;
  readonly state: SubscriptionState;
  readonly disabledReason: string | null;
  /** Whether deliveries are parked: its lane is full, backed off or closed. */
  readonly hasParked: boolean;
}

/** A delivery that a client has named. */
export interface NamedDelivery {
  readonly id: Uuid;
  readonly eventId: Uuid;
  readonly subscriptionId: Uuid;
  /** Null if it was opened with its event. */
  readonly createdAt: Date | null;
  readonly isFinished: boolean;
}

/** Outcomes that have become known, and how far the look for them went. */
export interface SettledDeliveries {
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
  /** The last delivery that was looked at; null if it was the last that is not settled. */
  readonly last: Uuid | null;
}
