/** A reporter of Vitest that names the tests that this machine cannot run, one a line. */
export default class SkippedTests {
  onTestRunEnd(modules) {
    for (const { children } of modules) {
      for (const { fullName } of children.allTests('skipped')) console.log(`${SKIPPED}${fullName}`);
    }
  }
}

export const SKIPPED = 'skipped: ';
