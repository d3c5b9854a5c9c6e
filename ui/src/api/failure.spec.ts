import { describe, expect, it } from 'vitest';
import { problem } from '../testing/fake-api';
import { answerOf, mayPass, Refused, Unreachable } from './failure';

const response = (status: number): Response => new Response(null, { status });

describe('an answer', () => {
  it('is its data', async () => {
    expect(await answerOf(Promise.resolve({ data: { id: 1 }, response: response(200) }))).toEqual({ id: 1 });
  });

  it('that refuses says why, in the words of the service', async () => {
    const error = problem(409, 'The delivery is not finished.');

    const refusal = await answerOf(Promise.resolve({ error, response: response(409) })).catch((each: unknown) => each);

    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({
      status: 409,
      message: 'The delivery is not finished.',
      problem: { request_id: 'req-1' },
    });
  });

  it.each([
    ['nobody answers', { error: new TypeError('Failed to fetch') }],
    ['a proxy says that nobody answers', { error: '<h1>Bad Gateway</h1>', response: response(502) }],
  ])('is none if %s', async (_, result) => {
    await expect(answerOf(Promise.resolve(result))).rejects.toBeInstanceOf(Unreachable);
  });

  it('may come later if the service is away or busy, and never if it refused', () => {
    expect([new Unreachable(), new Refused(503, null), new Refused(422, null), new Error()].map(mayPass)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
