import { DomainError } from '../shared/errors/domain-error.js';

export class SubscriptionNotFound extends DomainError {
  constructor(id: string) {
    super('subscription_not_found', 'not_found', `There is no subscription ${id}.`);
  }
}

export class TooManySecrets extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_secrets',
      'conflict',
      `${limit} secrets sign already: wait until the overlap of one is over, or rotate with "overlap": 0, which ends them all.`,
    );
  }
}

export class SubscriptionLimitReached extends DomainError {
  constructor(limit: number) {
    super(
      'subscription_limit_reached',
      'conflict',
      `This tenant may have ${limit} subscriptions, and has them: delete one first.`,
    );
  }
}

export class TooManyDeleted extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_deleted_subscriptions',
      'conflict',
      `This tenant has deleted ${limit} subscriptions whose history is still kept: change one instead of making another, or ` +
        'wait until the retention of some is over.',
    );
  }
}
