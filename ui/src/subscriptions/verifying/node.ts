import type { Language } from './language';

export const NODE: Language = {
  name: 'node',
  label: 'Node.js',
  needs: { v1: null, v1a: null },
  code: (scheme, publicKey) => (scheme === 'v1' ? SHARED : PUBLIC.replace('KEY_TEXT', publicKey)),
};

const SHARED = `import { createHmac, timingSafeEqual } from 'node:crypto';

const secret = process.env.WEBHOOK_SECRET ?? '';
const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
// Anybody can sign with an empty key.
if (key.length === 0) throw new Error('WEBHOOK_SECRET is not set');

/** Throws unless it is signed. The body is a Buffer: the bytes as they came, before anything parses them. */
export function verify(body, headers) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) throw new Error('The timestamp is too far off');
  const digest = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\`).update(body).digest('base64');
  const expected = Buffer.from(\`v1,\${digest}\`);
  const isOurs = signatures.split(' ').some((each) => {
    const given = Buffer.from(each);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isOurs) throw new Error('No signature is right');
}
`;

const PUBLIC = `import { createPublicKey, verify as isSigned } from 'node:crypto';

const raw = Buffer.from('KEY_TEXT'.slice(5), 'base64');
const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });

/** Throws unless it is signed. The body is a Buffer: the bytes as they came, before anything parses them. */
export function verify(body, headers) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) throw new Error('The timestamp is too far off');
  const signed = Buffer.concat([Buffer.from(\`\${id}.\${timestamp}.\`), body]);
  const isOurs = signatures
    .split(' ')
    .some((each) => each.startsWith('v1a,') && isSigned(null, signed, key, Buffer.from(each.slice(4), 'base64')));
  if (!isOurs) throw new Error('No signature is right');
}
`;
