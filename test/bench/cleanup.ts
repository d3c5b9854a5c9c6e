/** Steps that must run when the bench ends, however it ends. */
export class Cleanup {
  private readonly steps: (() => Promise<unknown>)[] = [];
  private running: Promise<void> | undefined;

  /** Adds a step. @throws if the cleanup has already started; the step then runs at once */
  async add(step: () => Promise<unknown>): Promise<void> {
    if (this.running === undefined) {
      this.steps.push(step);
      return;
    }
    await step();
    throw new Error('The bench is ending');
  }

  /** @returns steps that can run earlier, and run with these at the latest. @throws if the cleanup has begun */
  async nested(): Promise<Cleanup> {
    const inner = new Cleanup();
    await this.add(() => inner.run());
    return inner;
  }

  /** Runs all steps, newest first, even if some fail. */
  run(): Promise<void> {
    this.running ??= this.takeSteps();
    return this.running;
  }

  private async takeSteps(): Promise<void> {
    for (const step of this.steps.reverse()) {
      await step().catch((error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
      });
    }
  }
}
