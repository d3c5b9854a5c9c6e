import type { Uuid } from '../shared/ids/uuid.js';
import type { SealedSecret } from './domain/sealed.js';

/** What publishing needs to know of a subscription. Plain data: it is cached as JSON, its secrets encrypted. */
export interface PublishTarget {
  readonly id: Uuid;
  readonly isDisabled: boolean;
  readonly targetUrl: string;
  readonly eventTypes: readonly string[];
  readonly verifyIngest: boolean;
  readonly secrets: readonly SealedSecret[];
}
