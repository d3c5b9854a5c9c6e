/** Replaces user and password in the URLs of a text. A password may contain any character but a blank. */
export function maskCredentials(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, '$1[redacted]@');
}
