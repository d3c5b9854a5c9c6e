/** A request to publish, as received. */
export interface PublishRequest {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** Value of `X-Event-Type`. */
  readonly eventType: string | undefined;
  /** Value of `X-Signature-256`. */
  readonly signature: string | undefined;
  /** Value of `X-Allow-Form`. */
  readonly allowsForm: string | undefined;
  /** Value of `X-Event-Tags`. */
  readonly tags: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string;
}
