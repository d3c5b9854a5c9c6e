/** A value in a text of JSON, with its place there: nothing is converted, so numbers keep all of their digits. */
export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'word';
  /** Key in its object, as written between the quotes; null in an array and at the top. */
  readonly key: string | null;
  /** Position among its siblings, from 0. */
  readonly place: number;
  /** Containers around it. */
  readonly depth: number;
  /** Offset of its key, or of itself if it has none. */
  readonly from: number;
  /** Offsets of the value. */
  readonly start: number;
  end: number;
  /** Values that it contains directly. */
  size: number;
  /** Index of the first node after it and what it contains. */
  next: number;
}

/** Why a text is not JSON. */
export interface JsonFault {
  /** Offset in the text. */
  readonly at: number;
  /** What is wrong there: `expects a comma or }`. */
  readonly reason: string;
}

type JsonReading =
  | { readonly nodes: readonly JsonNode[]; readonly fault: null }
  | { readonly nodes: null; readonly fault: JsonFault };

/**
 * Reads a text of JSON. Needs no recursion, so that no depth of nesting overflows the stack.
 *
 * @returns the values in the order of the text, the outermost first
 */
export function readJson(text: string): JsonReading {
  try {
    return { nodes: new JsonReader(text).read(), fault: null };
  } catch (error) {
    if (error instanceof NotJson) return { nodes: null, fault: error };
    throw error;
  }
}

/** Line and column of an offset, both from 1. */
export function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

class NotJson extends Error {
  constructor(
    readonly at: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f]/;

class JsonReader {
  private at: number;
  private readonly nodes: JsonNode[] = [];
  private readonly open: JsonNode[] = [];

  constructor(private readonly text: string) {
    // RFC 8259 lets a reader pass over a byte order mark.
    this.at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  read(): readonly JsonNode[] {
    do this.readValue();
    while (this.goesOn());
    return this.nodes;
  }

  /** Reads a value with its key. Of a container, only the beginning. */
  private readValue(): void {
    const parent = this.open.at(-1);
    this.skipSpace();
    const from = this.at;
    const key = parent?.kind === 'object' ? this.readKey() : null;
    const start = this.at;
    const kind = this.readStart();
    const place = parent?.size ?? 0;
    if (parent !== undefined) parent.size += 1;
    const next = this.nodes.length + 1;
    const node = { kind, key, place, depth: this.open.length, from, start, end: this.at, size: 0, next };
    this.nodes.push(node);
    if (kind === 'object' || kind === 'array') this.open.push(node);
  }

  private readKey(): string {
    if (this.text[this.at] !== '"') throw this.fault('expects a key in double quotes');
    const start = this.at + 1;
    this.readString();
    const key = this.text.slice(start, this.at - 1);
    this.skipSpace();
    if (this.text[this.at] !== ':') throw this.fault('expects a colon after the key');
    this.at += 1;
    this.skipSpace();
    return key;
  }

  private readStart(): JsonNode['kind'] {
    switch (this.text[this.at]) {
      case '{':
        this.at += 1;
        return 'object';
      case '[':
        this.at += 1;
        return 'array';
      case '"':
        this.readString();
        return 'string';
      case undefined:
        throw this.fault('ends before the value');
      default:
        if (this.skip(NUMBER)) return 'number';
        if (this.skip(WORD)) return 'word';
        throw this.fault('expects a value');
    }
  }

  private readString(): void {
    const start = this.at;
    for (this.at += 1; ; this.at += 1) {
      const character = this.text[this.at];
      if (character === '"') break;
      if (character === undefined) throw new NotJson(start, 'has a string without an end');
      if (character === '\\') {
        if (!this.skip(ESCAPE)) throw this.fault('has an unknown escape sequence');
        this.at -= 1;
      } else if (CONTROL.test(character)) throw this.fault('has a line break or a control character in a string');
    }
    this.at += 1;
  }

  /** Closes what ends here. @returns whether another value follows; false at the end of the text */
  private goesOn(): boolean {
    for (;;) {
      this.skipSpace();
      const parent = this.open.at(-1);
      const character = this.text[this.at];
      if (parent === undefined) {
        if (character !== undefined) throw this.fault('has something after the end of the value');
        return false;
      }
      const end = parent.kind === 'object' ? '}' : ']';
      if (character === end) {
        this.at += 1;
        this.open.pop();
        parent.end = this.at;
        parent.next = this.nodes.length;
        continue;
      }
      if (parent.size === 0) return true;
      if (character !== ',')
        throw this.fault(character === undefined ? `ends before a ${end}` : `expects a comma or ${end}`);
      const comma = this.at;
      this.at += 1;
      this.skipSpace();
      if (this.text[this.at] === end) throw new NotJson(comma, `has a comma before ${end}`);
      return true;
    }
  }

  private skipSpace(): void {
    this.skip(SPACE);
  }

  /** Goes on after what a sticky pattern matches. @returns whether that is anything */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    const isLonger = pattern.lastIndex > this.at;
    this.at = pattern.lastIndex;
    return isLonger;
  }

  private fault(reason: string): NotJson {
    return new NotJson(this.at, reason);
  }
}
