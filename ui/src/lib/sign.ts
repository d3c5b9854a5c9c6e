const PREFIX = 'whsec_';

/** Whether this page may sign: browsers offer cryptography only to pages that came over https or from this machine. */
export function canSign(): boolean {
  return window.isSecureContext;
}

/**
 * The `webhook-signature` of Standard Webhooks (v1): HMAC-SHA256 of id, timestamp and body.
 *
 * @param secret as the API shows it
 * @param timestamp Unix seconds
 */
export async function signatureOf(secret: string, id: string, timestamp: number, body: Uint8Array): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', keyOf(secret), algorithm, false, ['sign']);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, signedBytes(id, timestamp, body)));
  return `v1,${btoa(String.fromCharCode(...signature))}`;
}

/** What is signed: `{id}.{timestamp}.{body}`. */
export function signedBytes(id: string, timestamp: string | number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  return signed;
}

/**
 * The signature of a publication (`X-Signature-256`): the hexadecimal HMAC-SHA256 of the bytes, keyed with the text of
 * the secret.
 */
export async function hexSignatureOf(secret: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign']);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, body));
  return Array.from(signature, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret.startsWith(PREFIX)) return new TextEncoder().encode(secret);
  return Uint8Array.from(atob(secret.slice(PREFIX.length)), (character) => character.charCodeAt(0));
}
