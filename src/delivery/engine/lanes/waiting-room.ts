/** Where jobs wait for room, each for a while of its own. */
export class WaitingRoom {
  private waiting: (() => void)[] = [];

  constructor(private readonly hasRoom: () => boolean) {}

  /** @returns false when there was no room for so long */
  async wait(patienceMs: number): Promise<boolean> {
    if (patienceMs <= 0) return false;
    const late = AbortSignal.timeout(patienceMs);
    late.addEventListener('abort', () => {
      this.callAll();
    });
    while (!this.hasRoom()) {
      if (late.aborted) return false;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return true;
  }

  /** Lets all go on that wait, if there is room: whoever has waited for the same room may take as well. */
  look(): void {
    if (this.waiting.length > 0 && this.hasRoom()) this.callAll();
  }

  private callAll(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const proceed of waiting) proceed();
  }
}
