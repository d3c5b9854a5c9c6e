import type { Uuid } from '../../shared/ids/uuid.js';

/** A row of `sessions`: a browser that showed an API key. */
export interface BrowserSession {
  readonly id: Uuid;
  /** Its role and its tenant are those of the session. */
  readonly keyId: Uuid;
  readonly secretHash: Buffer;
  /** Of the client that signed in. */
  readonly address: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}
