/** Questions to another process that wait for their answers. */
export class OpenQuestions {
  private readonly waiting = new Map<number, (answer: string | undefined) => void>();
  private lastId = 0;

  /** @param patienceMs longest wait for an answer */
  constructor(private readonly patienceMs: number) {}

  /** @returns the answer, or undefined if there is none in time */
  ask(send: (id: number) => void): Promise<string | undefined> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.answer(id, undefined); }, this.patienceMs); // prettier-ignore
      this.waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      send(id);
    });
  }

  answer(id: number, answer: string | undefined): void {
    const resolve = this.waiting.get(id);
    this.waiting.delete(id);
    resolve?.(answer);
  }

  /** Nobody answers any more. */
  giveUp(): void {
    for (const id of [...this.waiting.keys()]) this.answer(id, undefined);
  }
}
