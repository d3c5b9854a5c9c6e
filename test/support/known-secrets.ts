/** Fields of requests and answers whose values are secrets. */
const SECRET_FIELDS: readonly string[] = ['secret', 'key', 'token', 'password'];
/** Settings of the service that are. */
const SECRET_SETTINGS: readonly string[] = ['BOOTSTRAP_API_KEY', 'ENCRYPTION_KEY', 'ENCRYPTION_KEYS'];
/** Shorter ones could stand anywhere by chance. */
const MIN_LENGTH = 8;
const REDACTED = '[redacted]';

const known = new Set<string>();

/** What a test file has sent, or was told, and no service may write down. */
export function knownSecrets(): readonly string[] {
  return [...known];
}

/** Of one with a prefix, what follows it is secret, too. */
export function rememberSecret(secret: string): void {
  for (const each of [secret, secret.replace(/^wh(?:sec|sk)_|^whk_[0-9a-z]{26}_/, '')]) {
    if (each.length >= MIN_LENGTH && each !== REDACTED) known.add(each);
  }
}

/** Those in a JSON body, however deep. */
export function rememberSecretsIn(body: unknown): void {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string' && SECRET_FIELDS.includes(name)) rememberSecret(value);
    else rememberSecretsIn(value);
  }
}

/** The credentials of an `Authorization` header. */
export function rememberAuthorization(header: string): void {
  const [scheme = '', credentials = ''] = header.split(/ +/, 2);
  rememberSecret(credentials);
  if (scheme.toLowerCase() === 'basic') rememberSecret(Buffer.from(credentials, 'base64').toString().replace(/^[^:]*:/, '')); // prettier-ignore
}

export function rememberSettings(settings: Readonly<Record<string, string>>): void {
  for (const name of SECRET_SETTINGS) for (const each of settings[name]?.split(',') ?? []) rememberSecret(each);
}

/** What of the secrets that are known stands in a text, in any of the forms in which it could. */
export function secretsFoundIn(text: string): string[] {
  return [...known].filter((secret) => formsOf(secret).some((form) => text.includes(form)));
}

/** @throws Error that names the secrets that stand in what a process has written */
export function assertHoldsNoSecret(output: string): void {
  const found = secretsFoundIn(output);
  if (found.length === 0) return;
  const lines = output.split('\n').filter((line) => secretsFoundIn(line).length > 0);
  throw new Error(`The service has written down secrets: ${found.join(', ')}, in\n${lines.join('\n')}`);
}

/**
 * As it is, escaped for JSON and for a URL, in hex, as JSON has the bytes of a buffer, and in base64 within any other
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

/**
 * The characters that do not depend on what stands around the bytes, when so many bytes, modulo 3, stand before them.
 */
function base64Within(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return encoded.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 8) / 6));
}
