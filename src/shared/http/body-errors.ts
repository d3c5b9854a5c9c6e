import { DomainError } from '../errors/domain-error.js';

export class UnsupportedMediaType extends DomainError {
  constructor(detail: string) {
    super('unsupported_media_type', 'unsupported_media_type', detail);
  }
}

export class BodyTooLarge extends DomainError {
  constructor(limitBytes: number) {
    super('too_large', 'too_large', `The body is larger than ${limitBytes} bytes.`);
  }
}

/** The error for a compressed body. */
export const uncompressed = (encoding: string): UnsupportedMediaType =>
  new UnsupportedMediaType(`Content-Encoding ${encoding} is not supported. Send the body uncompressed.`);

/** The error for a body that is not JSON, where it must be. */
export const notJson = (): UnsupportedMediaType =>
  new UnsupportedMediaType('Send JSON with Content-Type: application/json.');
