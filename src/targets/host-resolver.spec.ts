import { SharingResolver } from './host-resolver.js';

/** A sharing resolver whose answers the test supplies. */
function aResolver() {
  const lookedUp: string[] = [];
  const answers: { resolve: (addresses: string[]) => void; reject: (error: Error) => void }[] = [];
  const resolver = new SharingResolver((host) => {
    lookedUp.push(host);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  });
  return { lookedUp, answers, resolver };
}

describe('the host resolver', () => {
  it('looks a name up once for concurrent callers', async () => {
    const { lookedUp, answers, resolver } = aResolver();
    const wanted = [resolver.resolve('a'), resolver.resolve('a'), resolver.resolve('b')];
    expect(lookedUp).toEqual(['a', 'b']);

    answers[0]!.resolve(['192.0.2.1']);
    answers[1]!.resolve(['192.0.2.2']);

    expect(await Promise.all(wanted)).toEqual([['192.0.2.1'], ['192.0.2.1'], ['192.0.2.2']]);
  });

  it('caches no answer, so a changed name is seen at once', async () => {
    const { answers, resolver } = aResolver();
    const first = resolver.resolve('a');
    answers[0]!.resolve(['192.0.2.1']);
    await first;
    const second = resolver.resolve('a');
    answers[1]!.resolve(['192.0.2.2']);
    expect(await second).toEqual(['192.0.2.2']);
  });

  it('looks a name up again after a failure', async () => {
    const { lookedUp, answers, resolver } = aResolver();
    const failed = resolver.resolve('a');
    answers[0]!.reject(new Error('SERVFAIL'));
    await expect(failed).rejects.toThrow('SERVFAIL');
    void resolver.resolve('a');
    expect(lookedUp).toEqual(['a', 'a']);
  });
});
