import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

export class UnknownEncryptionKey extends Error {
  constructor(readonly keyId: string) {
    super(
      `A stored secret was encrypted with key ${keyId}, which is not in ENCRYPTION_KEYS. Add the previous key again.`,
    );
  }
}

/**
 * Encrypts secrets at rest with AES-256-GCM. A box is the base64 of version (1 byte), key id (4), IV (12), tag (16) and
 * ciphertext. The key id is the start of the key's SHA-256. The owner is authenticated too, so a box copied to another
 * row or column cannot be decrypted.
 */
export class SecretBox {
  private readonly keys: ReadonlyMap<string, Buffer>;

  /** @param encryptionKeys keys of 32 bytes: the first one encrypts, all of them decrypt */
  constructor(private readonly encryptionKeys: readonly [Buffer, ...Buffer[]]) {
    this.keys = new Map(encryptionKeys.map((key) => [keyId(key), key]));
  }

  /** Id of the current key, in hexadecimal. */
  get sealingKeyId(): string {
    return keyId(this.encryptionKeys[0]);
  }

  seal(secret: string, owner: string): string {
    const [key] = this.encryptionKeys;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(owner));
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const head = Buffer.concat([Buffer.of(VERSION), Buffer.from(keyId(key), 'hex'), iv, cipher.getAuthTag()]);
    return Buffer.concat([head, ciphertext]).toString('base64');
  }

  /**
   * @throws UnknownEncryptionKey if the key that sealed the box is missing
   * @throws Error if the box was changed or belongs to another owner
   */
  open(box: string, owner: string): string {
    const bytes = Buffer.from(box, 'base64');
    const key = this.keys.get(sealedUnder(box));
    if (key === undefined) throw new UnknownEncryptionKey(sealedUnder(box));
    const iv = bytes.subarray(1 + KEY_ID_BYTES, 1 + KEY_ID_BYTES + IV_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8');
  }

  /** Re-encrypts a secret with the current key; returns the same box if it already is. @throws the errors of `open` */
  reseal(box: string, owner: string): string {
    return sealedUnder(box) === this.sealingKeyId ? box : this.seal(this.open(box, owner), owner);
  }
}

function keyId(key: Buffer): string {
  return createHash('sha256')
    .update(key)
    .digest('hex')
    .slice(0, 2 * KEY_ID_BYTES);
}

function sealedUnder(box: string): string {
  return Buffer.from(box, 'base64').toString('hex', 1, 1 + KEY_ID_BYTES);
}
