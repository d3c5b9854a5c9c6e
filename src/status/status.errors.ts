import { DomainError } from '../shared/errors/domain-error.js';

export class EventNotFound extends DomainError {
  constructor(id: string) {
    super('event_not_found', 'not_found', `There is no event ${id}.`);
  }
}
