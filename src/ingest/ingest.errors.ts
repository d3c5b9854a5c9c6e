import { DomainError } from '../shared/errors/domain-error.js';

export class WrongSignature extends DomainError {
  constructor() {
    super(
      'wrong_signature',
      'unauthenticated',
      "The signature is wrong. Send the hexadecimal HMAC-SHA256 of the body, keyed with this subscription's secret.",
    );
  }
}

export class SignatureRequired extends DomainError {
  constructor() {
    super(
      'signature_required',
      'unauthenticated',
      'This subscription accepts only signed events. Send X-Signature-256 or a signed envelope.',
    );
  }
}

export class SubscriptionDisabled extends DomainError {
  constructor(id: string) {
    super('subscription_disabled', 'conflict', `Subscription ${id} is disabled. Set its state to "active" first.`);
  }
}

export class IdempotencyKeyInUse extends DomainError {
  constructor() {
    super(
      'idempotency_key_in_use',
      'conflict',
      'A request with this Idempotency-Key is still running. Send this one again in a second.',
    );
  }
}

export class IdempotencyKeyReused extends DomainError {
  constructor() {
    super(
      'idempotency_key_reused',
      'invalid',
      'This Idempotency-Key was used for another request: path, X-Event-Type, Content-Type, X-Signature-256, ' +
        'X-Event-Tags and every byte of the body must be the same. Use a new key for a new event.',
    );
  }
}

export class TooManySubscriptions extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_subscriptions',
      'invalid',
      `More than ${limit} subscriptions want this event type, and one event can reach no more. Split them by event type.`,
    );
  }
}

export class EventNotFound extends DomainError {
  constructor(id: string) {
    super(
      'event_not_found',
      'not_found',
      `There is no event ${id} in this tenant. GET /events lists those that are kept.`,
    );
  }
}
