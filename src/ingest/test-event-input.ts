import { type Fault, InvalidInput } from '../shared/errors/domain-error.js';
import { notJson } from '../shared/http/body-errors.js';
import { MalformedJson, parseJson } from '../shared/http/json.js';
import { isEmptyBody, isJson } from '../shared/http/raw-body.js';
import { readInput } from '../shared/http/read-input.js';
import { membersOf } from './domain/member-text.js';
import { TestEventInput } from './dto/test-event.js';

/** A test event as its caller wants it; undefined where it leaves the choice to the service. */
export interface WantedTestEvent {
  readonly eventType: string | undefined;
  readonly payload: Buffer | undefined;
}

const NOTHING_WANTED: WantedTestEvent = { eventType: undefined, payload: undefined };

/**
 * Reads the body of a test. The payload stays as it was written: a payload is passed on byte for byte, and parsing it
 * would change its numbers.
 *
 * @throws UnsupportedMediaType; MalformedJson; InvalidInput
 */
export function readTestEvent(body: Buffer | undefined, contentType: string | undefined): WantedTestEvent {
  if (body === undefined || isEmptyBody(body)) return NOTHING_WANTED;
  if (!isJson(contentType)) throw notJson(contentType);
  const { dto, faults } = readInput(parseJson(body), TestEventInput);
  refuse(faults);
  const members = membersOf(body.toString('utf8'));
  if (new Set(members.map(({ name }) => name)).size < members.length) {
    throw new MalformedJson('an object has the same key twice');
  }
  const payload = members.find(({ name }) => name === 'payload')?.value;
  return { eventType: dto.event_type, payload: payload === undefined ? undefined : Buffer.from(payload) };
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InvalidInput(faults);
}
