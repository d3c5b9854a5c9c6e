import { EndRequests, type EndSource } from './end-requests.js';

describe('requests to end a process', () => {
  it.each<[string, EndSource[], boolean[]]>([
    ['a signal to the whole group counts once', ['signal', 'supervisor'], [true, false]],
    ['a signal to the whole group counts once, in any order', ['supervisor', 'signal'], [true, false]],
    ['a second signal to the supervisor counts', ['supervisor', 'supervisor'], [true, true]],
    ['a second signal to the group counts once', ['signal', 'supervisor', 'supervisor', 'signal'], [true, false, true, false]], // prettier-ignore
    ['a second signal to the process itself counts', ['signal', 'signal'], [true, true]],
  ])('%s', (_, sources, expected) => {
    const requests = new EndRequests();
    expect(sources.map((source) => requests.isNew(source))).toEqual(expected);
  });
});
