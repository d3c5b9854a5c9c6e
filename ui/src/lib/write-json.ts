import { type JsonNode, readJson } from './json-text';

/** How a text of JSON is written. */
export interface JsonStyle {
  /** One level, as spaces or a tab; null for everything in one line. */
  readonly indent: string | null;
  /** Between two values of a line. */
  readonly comma: string;
  /** Between a key and its value. */
  readonly colon: string;
  /** Changes what stands between the quotes of keys and strings. */
  readonly string?: (written: string) => string;
}

export const INDENTED: JsonStyle = { indent: '  ', comma: ',', colon: ': ' };

/** Indenting what is nested deeper would take a multiple of its size. */
const MAX_DEPTH = 100;

/** Writes the values of a text anew. Numbers stay as they are; null if the text is not JSON, or too deep to indent. */
export function writeJson(text: string, style: JsonStyle): string | null {
  const { nodes } = readJson(text);
  if (nodes === null) return null;
  const isTooDeep = style.indent !== null && nodes.some(({ depth }) => depth > MAX_DEPTH);
  return isTooDeep ? null : new JsonWriter(text, style).write(nodes);
}

class JsonWriter {
  private readonly parts: string[] = [];
  private readonly open: JsonNode[] = [];

  constructor(
    private readonly text: string,
    private readonly style: JsonStyle,
  ) {}

  write(nodes: readonly JsonNode[]): string {
    for (const [index, node] of nodes.entries()) {
      while (this.open.at(-1)?.next === index) this.close();
      this.begin(node);
    }
    while (this.open.length > 0) this.close();
    return this.parts.join('');
  }

  private begin(node: JsonNode): void {
    if (this.open.length > 0) {
      if (node.place > 0) this.parts.push(this.style.indent === null ? this.style.comma : ',');
      this.newLine();
    }
    if (node.key !== null) this.parts.push(this.quoted(node.key), this.style.colon);
    if (node.size > 0) {
      this.parts.push(node.kind === 'object' ? '{' : '[');
      this.open.push(node);
    } else this.parts.push(this.valueOf(node));
  }

  private valueOf({ kind, start, end }: JsonNode): string {
    if (kind === 'object') return '{}';
    if (kind === 'array') return '[]';
    const written = this.text.slice(start, end);
    return kind === 'string' ? this.quoted(written.slice(1, -1)) : written;
  }

  private close(): void {
    const node = this.open.pop();
    this.newLine();
    this.parts.push(node?.kind === 'object' ? '}' : ']');
  }

  private newLine(): void {
    const { indent } = this.style;
    if (indent !== null) this.parts.push('\n', indent.repeat(this.open.length));
  }

  private quoted(written: string): string {
    const { string = (same) => same } = this.style;
    return `"${string(written)}"`;
  }
}
