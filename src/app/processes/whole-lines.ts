/** Cuts what a process writes into blocks of whole lines, so that the lines of several processes do not mix. */
export class WholeLines {
  private rest = '';

  constructor(private readonly write: (lines: string) => void) {}

  add(chunk: string): void {
    const end = chunk.lastIndexOf('\n') + 1;
    if (end === 0) {
      this.rest += chunk;
      return;
    }
    this.write(this.rest + chunk.slice(0, end));
    this.rest = chunk.slice(end);
  }

  /** Writes what a process has left unfinished as a line of its own. */
  end(): void {
    if (this.rest !== '') this.write(`${this.rest}\n`);
    this.rest = '';
  }
}
