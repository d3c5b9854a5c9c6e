import { OpenQuestions } from './open-questions.js';

describe('questions to another process', () => {
  it('get the answers that belong to them, in any order', async () => {
    const questions = new OpenQuestions(60_000);
    const ids: number[] = [];
    const answers = [1, 2].map(() => questions.ask((id) => ids.push(id)));

    questions.answer(ids[1]!, 'second');
    questions.answer(ids[0]!, 'first');

    expect(await Promise.all(answers)).toEqual(['first', 'second']);
  });

  it('get no answer from a process that is silent or gone', async () => {
    const gone = new OpenQuestions(60_000);
    const answer = gone.ask(() => undefined);
    gone.giveUp();

    expect(await answer).toBeUndefined();
    expect(await new OpenQuestions(1).ask(() => undefined)).toBeUndefined();
  });

  it('ignore an answer that comes too late', async () => {
    const questions = new OpenQuestions(1);
    let late = 0;
    await questions.ask((id) => (late = id));

    expect(() => { questions.answer(late, 'late'); }).not.toThrow(); // prettier-ignore
  });
});
