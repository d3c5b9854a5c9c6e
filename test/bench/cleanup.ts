/** What must end with the bench, however the bench ends. */
export class Cleanup {
  private readonly steps: (() => Promise<unknown>)[] = [];
  private running: Promise<void> | undefined;

  /** @throws when the end has begun: the step is taken at once */
  async add(step: () => Promise<unknown>): Promise<void> {
    if (this.running === undefined) {
      this.steps.push(step);
      return;
    }
    await step();
    throw new Error('The bench is ending');
  }

  /** Takes all steps, the last one first, whichever of them fail. */
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
