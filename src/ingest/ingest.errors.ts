import { DomainError, InvalidInput } from '../shared/errors/domain-error.js';

export class WrongSignature extends DomainError {
  constructor() {
    super(
      'wrong_signature',
      'unauthenticated',
      "The signature is not the hexadecimal HMAC-SHA256 of the body under this subscription's secret.",
    );
  }
}

export class SignatureRequired extends DomainError {
  constructor() {
    super(
      'signature_required',
      'unauthenticated',
      'This subscription takes signed events only: send X-Signature-256, or a signed envelope.',
    );
  }
}

export class SubscriptionDisabled extends DomainError {
  constructor(id: string) {
    super('subscription_disabled', 'conflict', `The subscription ${id} is disabled: set its state to "active" first.`);
  }
}

export class UnwantedEventType extends InvalidInput {
  constructor(eventType: string, wanted: readonly string[]) {
    super([{ pointer: 'X-Event-Type', detail: `is ${eventType}, but the subscription wants ${wanted.join(', ')}` }]);
  }
}

export class IdempotencyKeyInUse extends DomainError {
  constructor() {
    super('idempotency_key_in_use', 'conflict', 'A request with this Idempotency-Key is still running: try again.');
  }
}

export class IdempotencyKeyReused extends DomainError {
  constructor() {
    super(
      'idempotency_key_reused',
      'invalid',
      'This Idempotency-Key was used for another request: use a new key for a new event.',
    );
  }
}

export class TooManySubscriptions extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_subscriptions',
      'invalid',
      `More than ${limit} subscriptions want this event; one event reaches no more.`,
    );
  }
}
