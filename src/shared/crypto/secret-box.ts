import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

export class UnknownEncryptionKey extends Error {
  constructor(keyId: string) {
    super(
      `A stored secret was encrypted under the key ${keyId}, which is not among ENCRYPTION_KEYS: add the former key again`,
    );
  }
}

/**
 * Encrypts secrets at rest with AES-256-GCM. A box is `version 1 | key id 4 | iv 12 | tag 16 | ciphertext` in base64;
 * the key id is the beginning of the key's SHA-256. What the secret belongs to is authenticated with it: a box copied
 * to another row, or to another place in its row, does not open.
 */
export class SecretBox {
  private readonly keys: ReadonlyMap<string, Buffer>;

  /** @param encryptionKeys of 32 bytes each: the first one seals, all of them open */
  constructor(private readonly encryptionKeys: readonly [Buffer, ...Buffer[]]) {
    this.keys = new Map(encryptionKeys.map((key) => [keyId(key), key]));
  }

  /** Hexadecimal. */
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
   * @throws UnknownEncryptionKey when it was sealed under a key that this one does not have
   * @throws Error when the box was changed, or belongs to another owner
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

  /** The same secret in a box under the key that seals now; the box itself when it is. @throws as `open` does */
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
