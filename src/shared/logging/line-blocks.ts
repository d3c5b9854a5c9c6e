/** Writes blocks. The destination of pino implements it. */
export interface BlockWriter {
  write(block: string): unknown;
}

/** Number of characters at which a block is written. */
const FULL_AT = 65_536;
/** Longest time that a line waits for its block to fill. */
const MAX_DELAY_MS = 200;

/**
 * Collects log lines and writes them in blocks, because every write costs the same thread switches, whatever its size.
 * The destination of pino can also collect lines (`minLength`), but it scans all collected lines again for each new
 * one. With two lines per delivery, that costs 18 µs of the 260 µs per delivery; this class costs 10 µs.
 */
export class LineBlocks {
  private lines: string[] = [];
  private length = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly writer: BlockWriter) {}

  readonly write = (line: string): void => {
    this.lines.push(line);
    this.length += line.length;
    if (this.length >= FULL_AT) this.flush();
    else this.timer ??= setTimeout(() => { this.flush(); }, MAX_DELAY_MS).unref(); // prettier-ignore
  };

  /** Writes the collected lines now, if need be with another writer. */
  readonly flush = (writer = this.writer): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lines.length === 0) return;
    const block = this.lines.join('');
    this.lines = [];
    this.length = 0;
    writer.write(block);
  };
}
