// Prints a new API key for BOOTSTRAP_API_KEY. It becomes an admin key when the service first starts with it.
// Imports only built-in modules, so that it runs on a fresh checkout and in the image.
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Characters of a UUID's 128 bits, at five bits each. */
const ID_LENGTH = 26;

/** The id of the key: a UUIDv7 in base32, as TypeID writes it. */
function newId() {
  const uuid = randomBytes(16);
  uuid.writeUIntBE(Date.now(), 0, 6);
  uuid[6] = (uuid[6] & 0x0f) | 0x70;
  uuid[8] = (uuid[8] & 0x3f) | 0x80;
  const bits = BigInt(`0x${uuid.toString('hex')}`);
  const digits = Array.from({ length: ID_LENGTH }, (_, place) => Number((bits >> BigInt(5 * place)) & 31n));
  const text = digits.map((digit) => ALPHABET[digit]);
  return text.reverse().join('');
}

process.stdout.write(`whk_${newId()}_${randomBytes(32).toString('base64url')}\n`);
