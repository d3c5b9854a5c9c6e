import Sequencer from '@jest/test-sequencer';

/** By project, since one kind of test takes longer than another; within it the largest files. */
const ORDER = ['faults', 'long', 'e2e', 'contract', 'integration', 'unit'];

/** The longest suites first, so that none is left to run alone at the end, also where no earlier run is remembered. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ context }) => ORDER.indexOf(context.config.displayName.name);
    // What Jest remembers of earlier runs, or else the size of files, decides within a project.
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
