import type { Uuid } from '../shared/ids/uuid.js';
import type { SealedSecret } from './domain/sealed.js';

/** The part of a subscription that publishing needs. It is cached as JSON: plain data, with encrypted secrets. */
export interface PublishTarget {
  readonly id: Uuid;
  readonly isDisabled: boolean;
  readonly targetUrl: string;
  readonly eventTypes: readonly string[];
  readonly verifyIngest: boolean;
  readonly secrets: readonly SealedSecret[];
}
