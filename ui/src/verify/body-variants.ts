import { INDENTED, type JsonStyle, writeJson } from '../lib/write-json';

/** A body that may have been signed, and what must then have happened to it on the way to this page. */
export interface BodyVariant {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What changed it: `A line break was added at its end.` */
  readonly change: string;
}

/** Bodies from which the given one may have come by a common mistake, the likeliest first. */
export function bodyVariants(body: string): BodyVariant[] {
  const known = new Set([body]);
  const variants: BodyVariant[] = [];
  for (const [text, change] of [...ofText(body), ...ofEncoding(body), ...ofJson(body)]) {
    if (text === null || known.has(text)) continue;
    known.add(text);
    variants.push({ bytes: new TextEncoder().encode(text), change });
  }
  const bytes = latin1(body);
  if (bytes !== null) variants.push({ bytes, change: 'Its bytes were read as Latin-1, and not as UTF-8.' });
  return variants;
}

type Guess = readonly [text: string | null, change: string];

function ofText(body: string): Guess[] {
  return [
    [body.replace(/\r?\n$/, ''), 'A line break was added at its end.'],
    [`${body}\n`, 'The line break at its end was removed.'],
    [`${body}\r\n`, 'The line break (CR LF) at its end was removed.'],
    [
      body.replaceAll(/\r?\n/g, '\r\n'),
      'Its line breaks were changed from CR LF to LF. Text fields of browsers do so.',
    ],
    [body.replaceAll('\r\n', '\n'), 'Its line breaks were changed from LF to CR LF.'],
    [body.replace(/^\ufeff/, ''), 'A byte order mark was put before it.'],
    [body.trim(), 'Spaces or line breaks were added around it.'],
  ];
}

function ofEncoding(body: string): Guess[] {
  return [
    [fromLiteral(body), 'It was written as a string of JSON, in quotes and with escapes.'],
    [fromPercent(body), 'It was percent-encoded, as the value of a form.'],
    [fromHtml(body), 'Its quotes were escaped for HTML.'],
  ];
}

function fromLiteral(body: string): string | null {
  const text = body.trim();
  const quoted = text.startsWith('"') ? text : `"${text}"`;
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

function fromPercent(body: string): string | null {
  try {
    return decodeURIComponent(body.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function fromHtml(body: string): string {
  return body
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

const REWRITTEN = 'The JSON was parsed and written anew';
const COMPACT: JsonStyle = { indent: null, comma: ',', colon: ':' };
const SPACED: JsonStyle = { indent: null, comma: ', ', colon: ': ' };

/** Styles of publishers: how the body was written before something rewrote it. */
const STYLES: readonly (readonly [JsonStyle, string])[] = [
  [COMPACT, `${REWRITTEN}: it was compact.`],
  [{ ...COMPACT, string: unescaped }, `${REWRITTEN}: it was compact, as JSON.stringify writes it.`],
  [{ ...COMPACT, string: ascii }, `${REWRITTEN}: it was compact, with \\u escapes for everything beyond ASCII.`],
  [SPACED, `${REWRITTEN}: it had a space after commas and colons.`],
  [{ ...SPACED, string: ascii }, `${REWRITTEN}: it was as json.dumps of Python writes it.`],
  [{ ...SPACED, string: unescaped }, `${REWRITTEN}: it had a space after commas and colons, and no \\u escapes.`],
  [INDENTED, `${REWRITTEN}: it was indented by two spaces.`],
  [{ ...INDENTED, string: unescaped }, `${REWRITTEN}: it was indented by two spaces, and had no \\u escapes.`],
  [{ ...INDENTED, indent: '    ' }, `${REWRITTEN}: it was indented by four spaces.`],
  [{ ...INDENTED, indent: '\t' }, `${REWRITTEN}: it was indented by tabs.`],
  [{ ...COMPACT, string: php }, `${REWRITTEN}: it was as json_encode of PHP writes it, with \\/ for /.`],
  [{ ...COMPACT, string: go }, `${REWRITTEN}: it was as encoding/json of Go writes it, with \\u003c for <.`],
];

function ofJson(body: string): Guess[] {
  return STYLES.flatMap(([style, change]): Guess[] => {
    const text = writeJson(body, style);
    return text === null
      ? []
      : [
          [text, change],
          [`${text}\n`, `${change.slice(0, -1)}, with a line break at its end.`],
        ];
  });
}

/** The content of a string of JSON, with no more escapes than are needed. */
function unescaped(written: string): string {
  return JSON.stringify(JSON.parse(`"${written}"`)).slice(1, -1);
}

function ascii(written: string): string {
  return unescaped(written).replaceAll(/[\u007f-\uffff]/g, escapeOf);
}

function php(written: string): string {
  return ascii(written).replaceAll('/', String.raw`\/`);
}

function go(written: string): string {
  return unescaped(written).replaceAll(/[<>&\u2028\u2029]/g, escapeOf);
}

function escapeOf(character: string): string {
  return String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0');
}

/** The bytes of a text each of whose characters was one byte; null if that cannot be, or makes no difference. */
function latin1(body: string): Uint8Array<ArrayBuffer> | null {
  const codes = Array.from(body, (character) => character.codePointAt(0) ?? 0);
  const isPossible = codes.every((code) => code < 256) && codes.some((code) => code > 127);
  return isPossible ? Uint8Array.from(codes) : null;
}
