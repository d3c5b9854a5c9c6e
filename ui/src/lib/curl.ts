export type Header = readonly [name: string, value: string];

/** A command that sends a request with curl, to paste into a shell. */
export function curlOf(url: string, headers: readonly Header[], body: string): string {
  const lines = [
    `curl -i ${quoted(url)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    // `--data` would drop line breaks, and take a body that begins with @ for the name of a file.
    `--data-raw ${quoted(body)}`,
  ];
  return lines.join(' \\\n  ');
}

/** A text as one word of a shell, whatever it contains. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The text of bytes in UTF-8, with its byte order mark if it has one; null if they are something else. */
export function textOf(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
