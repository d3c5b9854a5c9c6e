import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

export class UnknownEncryptionKey extends Error {
  constructor(keyId: string) {
    super(
      `A stored secret was encrypted under the key ${keyId}, which ENCRYPTION_KEY is not: set the former key again`,
    );
  }
}

/**
 * Encrypts secrets at rest with AES-256-GCM. A box is `version 1 | key id 4 | iv 12 | tag 16 | ciphertext` in base64; the
 * key id is the beginning of the key's SHA-256, so that a change of keys can be noticed and made. What the secret belongs
 * to is authenticated with it: a box copied to another row does not open.
 */
export class SecretBox {
  private readonly keyId: Buffer;

  /** @param key 32 bytes */
  constructor(private readonly key: Buffer) {
    this.keyId = createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES);
  }

  seal(secret: string, owner: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(owner));
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), this.keyId, iv, cipher.getAuthTag(), ciphertext]).toString('base64');
  }

  /**
   * @throws UnknownEncryptionKey when it was sealed under another key
   * @throws Error when the box was changed, or belongs to another owner
   */
  open(box: string, owner: string): string {
    const bytes = Buffer.from(box, 'base64');
    const keyId = bytes.subarray(1, 1 + KEY_ID_BYTES);
    if (!keyId.equals(this.keyId)) throw new UnknownEncryptionKey(keyId.toString('hex'));
    const iv = bytes.subarray(1 + KEY_ID_BYTES, 1 + KEY_ID_BYTES + IV_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8');
  }
}
