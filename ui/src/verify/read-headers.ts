/** Headers by their names in lower case. One that was given several times has its values joined by a space. */
export type GivenHeaders = ReadonlyMap<string, string>;

const LINE = /^\s*([A-Za-z0-9-]+)\s*:\s*(.*?)\s*$/;
const CURL = /(?:-H|--header)\s+(?:'([^']*)'|"([^"]*)")/g;

/** Reads headers as people have them at hand: a line for each, an object of JSON, or options of curl. */
export function readHeaders(text: string): GivenHeaders {
  return fromObject(text) ?? fromLines(linesOf(text));
}

function linesOf(text: string): string[] {
  const options = [...text.matchAll(CURL)].map(([, single, double]) => single ?? double ?? '');
  return options.length > 0 ? options : text.split(/\r?\n/);
}

function fromLines(lines: readonly string[]): GivenHeaders {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = LINE.exec(line) ?? [];
    if (name !== undefined) add(headers, name, unquoted(value));
  }
  return headers;
}

/** A comma after a line and quotes around a value come along when somebody copies from code. */
function unquoted(value: string): string {
  return value.replace(/,$/, '').replace(/^(["'])(.*)\1$/, '$2');
}

/** `{"webhook-id": "…"}`, or a list of names and values, as the API has them; null if it is something else. */
function fromObject(text: string): GivenHeaders | null {
  if (!/^\s*[{[]/.test(text)) return null;
  const given = parsed(text);
  if (typeof given !== 'object' || given === null) return null;
  const headers = new Map<string, string>();
  const entries: unknown[][] = Array.isArray(given)
    ? given.map((each: { name?: unknown; value?: unknown } | null) => [each?.name, each?.value])
    : Object.entries(given);
  for (const [name, value] of entries) {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof name === 'string' && (typeof each === 'string' || typeof each === 'number'))
        add(headers, name, String(each));
    }
  }
  return headers;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function add(headers: Map<string, string>, name: string, value: string): void {
  const key = name.toLowerCase();
  const before = headers.get(key);
  headers.set(key, before === undefined ? value : `${before} ${value}`);
}
