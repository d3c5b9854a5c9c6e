import { DomainError, InvalidInput } from '../shared/errors/domain-error.js';
import { whyDisabled } from '../subscriptions/index.js';

export class ReplayNotFound extends DomainError {
  constructor(id: string) {
    super(
      'replay_not_found',
      'not_found',
      `There is no replay ${id} in this tenant. GET /replays lists those that are kept.`,
    );
  }
}

export class ReplayEnded extends DomainError {
  constructor(id: string, state: string) {
    super(
      'replay_ended',
      'conflict',
      `The replay ${id} has ended (${state}), so it cannot be changed. Make another one with POST /replays.`,
    );
  }
}

export class TooManyReplays extends DomainError {
  constructor(limit: number) {
    super(
      'too_many_replays',
      'conflict',
      `${limit} replays of this tenant have not sent everything yet. Wait until one has, or cancel one with DELETE /replays/{id}.`,
    );
  }
}

export class ReplayTargetDisabled extends DomainError {
  /** @param reason `disabled_reason` of the subscription */
  constructor(id: string, reason: string | null) {
    super(
      'subscription_disabled',
      'conflict',
      `The subscription ${id} is disabled because ${whyDisabled(reason)}. Set its state to "active" with PATCH /subscriptions/${id} first.`,
    );
  }
}

export class ReplayTargetGone extends DomainError {
  constructor(id: string) {
    super(
      'subscription_gone',
      'conflict',
      `The subscription ${id} has been deleted, so nothing can be sent to it. Create one, and publish the events again.`,
    );
  }
}

const NARROW = 'narrow it with since and until, event_type, tag or subscription_id, and make several replays';

export class TooManyMatches extends DomainError {
  /** @param isExact whether `count` are all */
  constructor(count: number, isExact: boolean, limit: number) {
    const detail = `matches ${isExact ? '' : 'at least '}${count}, of which one replay sends at most ${limit} (MAX_REPLAY_EVENTS); ${NARROW}`;
    super('too_many_matches', 'invalid', `The replay ${detail}.`, { faults: [{ pointer: '', detail }] });
  }
}

export class ReplayTooBroad extends DomainError {
  constructor(seconds: number, count: number) {
    const detail = `takes longer than ${seconds} s to count; ${count} were found by then; ${NARROW}`;
    super('replay_too_broad', 'invalid', `The replay ${detail}.`, { faults: [{ pointer: '', detail }] });
  }
}

export function unknownSubscription(): InvalidInput {
  return new InvalidInput([
    { pointer: '/subscription_id', detail: 'is no subscription of this tenant; GET /subscriptions lists all' },
  ]);
}
