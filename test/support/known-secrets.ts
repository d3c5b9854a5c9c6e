/** Fields of requests and responses whose values are secrets. */
const SECRET_FIELDS: readonly string[] = ['secret', 'key', 'token', 'password'];
/** Tokens of sessions, and the codes of portal links, wherever they stand. */
const SESSION_TOKEN = /wh[scp]_[0-9a-z]{26}_[A-Za-z0-9_-]{43}/g;
/** Settings of the service whose values are secrets. */
const SECRET_SETTINGS: readonly string[] = ['BOOTSTRAP_API_KEY', 'ENCRYPTION_KEY', 'ENCRYPTION_KEYS'];
/** Shorter secrets could appear in a text by chance. */
const MIN_LENGTH = 8;
const REDACTED = '[redacted]';

const known = new Set<string>();

/** Secrets that a test file has sent or received. No service may log them. */
export function knownSecrets(): readonly string[] {
  return [...known];
}

/** For a secret with a prefix, also remembers the part after the prefix. */
export function rememberSecret(secret: string): void {
  for (const each of [secret, secret.replace(/^wh(?:sec|sk)_|^wh[kscp]_[0-9a-z]{26}_/, '')]) {
    if (each.length >= MIN_LENGTH && each !== REDACTED) known.add(each);
  }
}

/** Secrets at any depth of a JSON body. */
export function rememberSecretsIn(body: unknown): void {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string') rememberSecretsIn(value);
    else if (SECRET_FIELDS.includes(name)) rememberSecret(value);
    else for (const [token] of value.matchAll(SESSION_TOKEN)) rememberSecret(token);
  }
}

/** Credentials of an `Authorization` header. */
export function rememberAuthorization(header: string): void {
  const [scheme = '', credentials = ''] = header.split(/ +/, 2);
  rememberSecret(credentials);
  if (scheme.toLowerCase() === 'basic') rememberSecret(Buffer.from(credentials, 'base64').toString().replace(/^[^:]*:/, '')); // prettier-ignore
}

export function rememberSettings(settings: Readonly<Record<string, string>>): void {
  for (const name of SECRET_SETTINGS) for (const each of settings[name]?.split(',') ?? []) rememberSecret(each);
}

/** Known secrets that appear in a text, in any encoding. */
export function secretsFoundIn(text: string): string[] {
  return [...known].filter((secret) => formsOf(secret).some((form) => text.includes(form)));
}

/** @throws Error that names the secrets in the output of a process */
export function assertHoldsNoSecret(output: string): void {
  const found = secretsFoundIn(output);
  if (found.length === 0) return;
  const lines = output.split('\n').filter((line) => secretsFoundIn(line).length > 0);
  throw new Error(`The service has written down secrets: ${found.join(', ')}, in\n${lines.join('\n')}`);
}

/**
 * A secret unchanged, escaped for JSON and for a URL, in hex, as bytes of a buffer in JSON, and as a part of a base64
 * text.
 */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => base64Within(bytes, before)).filter(({ length }) => length >= MIN_LENGTH);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    bytes.join(','),
    ...base64,
    ...base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** The base64 characters that do not depend on adjacent bytes, for a number of preceding bytes modulo 3. */
function base64Within(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return encoded.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 8) / 6));
}
