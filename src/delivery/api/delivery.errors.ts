import { DomainError } from '../../shared/errors/domain-error.js';

export class DeliveryNotFound extends DomainError {
  constructor(id: string) {
    super('delivery_not_found', 'not_found', `There is no delivery ${id}.`);
  }
}

export class DeliveryUnfinished extends DomainError {
  constructor(id: string) {
    super('delivery_unfinished', 'conflict', `The delivery ${id} is not finished: wait for its end, or cancel it.`);
  }
}

export class DeliveryFinished extends DomainError {
  constructor(id: string) {
    super('delivery_finished', 'conflict', `The delivery ${id} is finished and can't be cancelled.`);
  }
}

export class SubscriptionGone extends DomainError {
  constructor(id: string) {
    super('subscription_gone', 'conflict', `The subscription of the delivery ${id} is deleted.`);
  }
}
