import { idempotencyKeyFault } from '../shared/labels.js';
import { type Fault, InvalidInput } from '../shared/errors/domain-error.js';
import { MalformedJson, parseJson } from '../shared/http/json.js';
import { SEND_JSON, UnsupportedMediaType } from '../shared/http/body-errors.js';
import { isJson } from '../shared/http/raw-body.js';
import { OPERATIONAL_PREFIX } from '../subscriptions/index.js';
import { readTags, TAGS_HEADER } from './event-tags.js';
import { contentTypeFault, FORM_HEADER, isForm } from './domain/payload-type.js';
import type { PublishRequest } from './domain/publish-request.js';

/** What to change about an event type that a subscription does not want. */
export function unwanted(eventType: string, wanted: string): string {
  return `must not be ${eventType}; the subscription wants ${wanted}`;
}

/** What to change about an event type that only the service publishes. */
export const RESERVED =
  `must not begin with "${OPERATIONAL_PREFIX}", because only this service publishes such events; use another type, or ` +
  'send one as a test with POST /subscriptions/{id}/test';

/**
 * Collects the faults of a publishing request, in its headers and its body, so that an answer names all of them. The
 * status says what is most fundamental: a form sent by accident, then malformed JSON, then the rest.
 */
export class PublishFaults {
  /** The body, if it is JSON. */
  readonly json: unknown;
  /** The tags of the event, if they are valid. */
  readonly tags: readonly string[];
  private readonly faults: Fault[] = [];
  private readonly form: string | null = null;
  private readonly malformed: MalformedJson | null = null;

  constructor({ body, contentType, allowsForm, tags, idempotencyKey }: PublishRequest) {
    this.add('Idempotency-Key', idempotencyKey === undefined ? null : idempotencyKeyFault(idempotencyKey));
    const read = readTags(tags);
    this.tags = 'tags' in read ? read.tags : [];
    this.add(TAGS_HEADER, 'fault' in read ? read.fault : null);
    this.add('Content-Type', contentTypeFault(contentType));
    this.add(FORM_HEADER, allowsForm === undefined || allowsForm === 'true' ? null : 'must be true, or absent');
    if (isForm(contentType) && allowsForm !== 'true') {
      this.form =
        `The payload would be delivered as a form (${contentType?.slice(0, 100)}), which HTTP clients send by default. ` +
        `${SEND_JSON} If receivers do expect a form, send ${FORM_HEADER}: true.`;
      this.add('Content-Type', `is a form type; send application/json, or ${FORM_HEADER}: true to send a form`);
    }
    if (body.length === 0) {
      this.add('', 'is the payload and must have at least one byte');
      return;
    }
    if (!isJson(contentType)) return;
    try {
      this.json = parseJson(body);
    } catch (error) {
      if (!(error instanceof MalformedJson)) throw error;
      this.malformed = error;
      this.add('', `is not the JSON that Content-Type promises: ${error.reason}`);
    }
  }

  /** @param detail what to change; null if there is no fault */
  add(pointer: string, detail: string | null): void {
    if (detail !== null) this.faults.push({ pointer, detail });
  }

  /** @throws UnsupportedMediaType; MalformedJson; InvalidInput */
  refuse(): void {
    if (this.form !== null) throw new UnsupportedMediaType(this.form, this.faults);
    if (this.malformed !== null) throw new MalformedJson(this.malformed.reason, this.faults);
    if (this.faults.length > 0) throw new InvalidInput(this.faults);
  }
}
