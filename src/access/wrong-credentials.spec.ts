import { Unavailable } from '../shared/errors/domain-error.js';
import { LIMITS } from '../shared/limits.js';
import { Unauthenticated } from './access.errors.js';
import { TooManyAttempts } from './session.errors.js';
import { WrongCredentials } from './wrong-credentials.js';

describe('wrong credentials', () => {
  let nowMs = 0;
  const clock = { now: () => new Date(nowMs), nowMs: () => nowMs, monotonicMs: () => nowMs };
  let limited: WrongCredentials;

  beforeEach(() => {
    nowMs = 0;
    limited = new WrongCredentials(clock);
  });

  const fail = (address = '203.0.113.7'): Promise<never> =>
    limited.attempt(address, () => Promise.reject(new Unauthenticated('Wrong.')));
  const failOften = async (): Promise<void> => {
    for (let n = 0; n < LIMITS.wrongCredentials; n += 1) await expect(fail()).rejects.toThrow(Unauthenticated);
  };

  it('are limited for each address, and then right ones are refused as well', async () => {
    await failOften();

    await expect(fail()).rejects.toThrow(TooManyAttempts);
    await expect(limited.attempt('203.0.113.7', () => 'right')).rejects.toThrow(TooManyAttempts);
    await expect(fail('203.0.113.8')).rejects.toThrow(Unauthenticated);
  });

  it('are allowed again after some seconds, one by one', async () => {
    await failOften();
    nowMs = 5000;

    expect(await limited.attempt('203.0.113.7', () => 'right')).toBe('right');
    await expect(fail()).rejects.toThrow(Unauthenticated);
    await expect(fail()).rejects.toThrow(TooManyAttempts);
  });

  it('are not counted when they turn out to be right', async () => {
    for (let n = 0; n < 3 * LIMITS.wrongCredentials; n += 1) {
      expect(await limited.attempt('203.0.113.7', () => 'right')).toBe('right');
    }
  });

  it('are not counted while nobody knows whether they are wrong', async () => {
    const away = (): Promise<never> => Promise.reject(new Unavailable('The database does not answer.'));
    for (let n = 0; n < 3 * LIMITS.wrongCredentials; n += 1) {
      await expect(limited.attempt('203.0.113.7', away)).rejects.toThrow(Unavailable);
    }

    expect(await limited.attempt('203.0.113.7', () => 'right')).toBe('right');
  });

  it('count while they are in progress, so that a flood of them is limited, too', async () => {
    const waiting = Array.from({ length: LIMITS.wrongCredentials }, () =>
      limited.attempt('203.0.113.7', () => new Promise(() => undefined)),
    );
    expect(waiting).toHaveLength(LIMITS.wrongCredentials);

    await expect(limited.attempt('203.0.113.7', () => 'right')).rejects.toThrow(TooManyAttempts);
  });
});
