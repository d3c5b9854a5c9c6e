import { DomainError } from '../shared/errors/domain-error.js';

export class SubscriptionNotFound extends DomainError {
  constructor(id: string) {
    super(
      'subscription_not_found',
      'not_found',
      `There is no subscription ${id} in this tenant. GET /subscriptions lists all.`,
    );
  }
}

export class TooManySecrets extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_secrets',
      'conflict',
      `${limit} secrets already sign. Wait until the overlap of one ends, or rotate with "overlap": 0, which ends them all.`,
    );
  }
}

export class SubscriptionLimitReached extends DomainError {
  constructor(limit: number) {
    super(
      'subscription_limit_reached',
      'conflict',
      `The limit of ${limit} subscriptions for this tenant is reached. Delete one first.`,
    );
  }
}

export class TooManyDeleted extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_deleted_subscriptions',
      'conflict',
      `The history of ${limit} deleted subscriptions of this tenant is still kept. Change an existing subscription instead of ` +
        'creating one, or wait until the retention of some has ended.',
    );
  }
}
