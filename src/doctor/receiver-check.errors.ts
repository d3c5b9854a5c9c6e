import { DomainError, Unavailable } from '../shared/errors/domain-error.js';

export class CheckRunning extends DomainError {
  constructor(id: string) {
    super(
      'check_running',
      'conflict',
      `The receiver of subscription ${id} is being checked already. Wait for that answer, which takes a minute at most.`,
    );
  }
}

export class TooManyChecks extends Unavailable {
  constructor() {
    super('Too many receivers are being checked. Send this request again in a second.');
  }
}

/** A fault of this service kept a request from being sent, so nothing can be said about the receiver. */
export class CannotSend extends Unavailable {
  constructor(fault: string, cause: unknown) {
    super(
      `This service cannot send requests now (${fault}), so it could not check the receiver. Its operator finds the cause in the log.`,
      cause,
    );
  }
}
