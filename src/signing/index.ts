export {
  hmacKeys,
  isStandardSecret,
  publicKeyOf,
  schemeOf,
  secretFault,
  secretFrom,
  SIGNATURE_SCHEMES,
  type SignatureScheme,
  type SigningKey,
  signingKey,
} from './signing-key.js';
export { webhookSignature } from './webhook-signer.js';
