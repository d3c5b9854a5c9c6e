import type { Uuid } from '../shared/ids/uuid.js';
import type { SealedSecret } from './subscription.entity.js';

/** What publishing needs to know of a subscription. Plain data: it is cached as JSON, its secrets encrypted. */
export interface PublishTarget {
  readonly id: Uuid;
  readonly isDisabled: boolean;
  readonly eventTypes: readonly string[];
  readonly verifyIngest: boolean;
  readonly secrets: readonly SealedSecret[];
}
