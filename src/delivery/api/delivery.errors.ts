import { DomainError } from '../../shared/errors/domain-error.js';

export class DeliveryNotFound extends DomainError {
  constructor(id: string) {
    super(
      'delivery_not_found',
      'not_found',
      `There is no delivery ${id} in this tenant. GET /deliveries lists those that are kept.`,
    );
  }
}

export class DeliveryUnfinished extends DomainError {
  constructor(id: string) {
    super('delivery_unfinished', 'conflict', `The delivery ${id} is not finished. Wait until it is, or cancel it.`);
  }
}

export class DeliveryFinished extends DomainError {
  constructor(id: string) {
    super(
      'delivery_finished',
      'conflict',
      `The delivery ${id} is already finished, so it cannot be cancelled. Nothing is left to do.`,
    );
  }
}

export class SubscriptionGone extends DomainError {
  constructor(id: string) {
    super(
      'subscription_gone',
      'conflict',
      `The subscription of the delivery ${id} has been deleted. Create one, and publish the event again.`,
    );
  }
}
