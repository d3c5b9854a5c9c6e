import { DomainError, type Fault } from '../errors/domain-error.js';

/** How to send JSON. */
export const SEND_JSON = "Send JSON with Content-Type: application/json (curl: -H 'Content-Type: application/json').";

export class UnsupportedMediaType extends DomainError {
  /** @param faults all faults of the request, if there are others */
  constructor(detail: string, faults: readonly Fault[] = []) {
    super('unsupported_media_type', 'unsupported_media_type', detail, faults.length > 1 ? { faults } : {});
  }
}

export class BodyTooLarge extends DomainError {
  /** @param kind the limit on payloads is a setting */
  constructor(limitBytes: number, kind: 'json' | 'payload' = 'json') {
    const advice = kind === 'payload' ? 'Send less; the operator can raise MAX_PAYLOAD_BYTES.' : 'Send less.';
    super('too_large', 'too_large', `The body is larger than ${limitBytes} bytes. ${advice}`);
  }
}

/** The error for a compressed body. */
export const uncompressed = (encoding: string): UnsupportedMediaType =>
  new UnsupportedMediaType(`Content-Encoding ${encoding} is not supported. Send the body uncompressed.`);

/** The error for a body that is not JSON, where it must be. */
export function notJson(contentType: string | undefined): UnsupportedMediaType {
  const fault =
    contentType === undefined || contentType === ''
      ? 'The Content-Type is missing.'
      : `The Content-Type ${contentType.slice(0, 100)} is not JSON.`;
  return new UnsupportedMediaType(`${fault} ${SEND_JSON}`);
}
