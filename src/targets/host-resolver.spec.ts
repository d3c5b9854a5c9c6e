import { SharingResolver } from './host-resolver.js';

/** A resolver below, whose answers the test gives. */
function aResolver() {
  const asked: string[] = [];
  const answers: { resolve: (addresses: string[]) => void; reject: (error: Error) => void }[] = [];
  const resolver = new SharingResolver((host) => {
    asked.push(host);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  });
  return { asked, answers, resolver };
}

describe('the resolver of host names', () => {
  it('asks once for all who want a name at the same time', async () => {
    const { asked, answers, resolver } = aResolver();
    const wanted = [resolver.resolve('a'), resolver.resolve('a'), resolver.resolve('b')];
    expect(asked).toEqual(['a', 'b']);

    answers[0]!.resolve(['192.0.2.1']);
    answers[1]!.resolve(['192.0.2.2']);

    expect(await Promise.all(wanted)).toEqual([['192.0.2.1'], ['192.0.2.1'], ['192.0.2.2']]);
  });

  it('keeps no answer: a name that changes is seen at once', async () => {
    const { answers, resolver } = aResolver();
    const first = resolver.resolve('a');
    answers[0]!.resolve(['192.0.2.1']);
    await first;
    const second = resolver.resolve('a');
    answers[1]!.resolve(['192.0.2.2']);
    expect(await second).toEqual(['192.0.2.2']);
  });

  it('asks anew after a failure', async () => {
    const { asked, answers, resolver } = aResolver();
    const failed = resolver.resolve('a');
    answers[0]!.reject(new Error('SERVFAIL'));
    await expect(failed).rejects.toThrow('SERVFAIL');
    void resolver.resolve('a');
    expect(asked).toEqual(['a', 'a']);
  });
});
