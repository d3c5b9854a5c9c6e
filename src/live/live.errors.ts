import { DomainError } from '../shared/errors/domain-error.js';

/** Seconds after which a place may be free. */
const RETRY_AFTER_SECONDS = 5;

export class TooManyViewers extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_viewers',
      'too_many',
      `Your tenant already has ${limit} live views at this process. Close one first.`,
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }
}

export class ViewersFull extends DomainError {
  constructor(limit: number) {
    super(
      'viewers_full',
      'unavailable',
      `This process serves ${limit} live views and takes no more. Try again; another process may have room.`,
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }
}

export class MalformedLastEventId extends DomainError {
  constructor() {
    super(
      'malformed_last_event_id',
      'malformed',
      'Last-Event-ID is not the id of an event of this stream. Send the last id that you got, or leave the header out.',
    );
  }
}
