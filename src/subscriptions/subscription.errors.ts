import { DomainError } from '../shared/errors/domain-error.js';

export class SubscriptionNotFound extends DomainError {
  constructor(id: string) {
    super('subscription_not_found', 'not_found', `There is no subscription ${id}.`);
  }
}
