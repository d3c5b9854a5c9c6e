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

  const HERE = { address: '203.0.113.7', isWellFormed: true };
  const MALFORMED = { ...HERE, isWellFormed: false };
  const fail = (address = HERE.address): Promise<never> =>
    limited.attempt({ ...HERE, address }, () => Promise.reject(new Unauthenticated('Wrong.')));
  const never = (): Promise<never> => new Promise(() => undefined);
  const failOften = async (): Promise<void> => {
    for (let n = 0; n < LIMITS.wrongCredentials; n += 1) await expect(fail()).rejects.toThrow(Unauthenticated);
  };

  it('are limited for each address', async () => {
    await failOften();

    await expect(fail()).rejects.toThrow(TooManyAttempts);
    await expect(fail('203.0.113.8')).rejects.toThrow(Unauthenticated);
  });

  it('keep no right one from being accepted, from whatever address they come', async () => {
    await failOften();

    expect(await limited.attempt(HERE, () => 'right')).toBe('right');
    const away = (): Promise<never> => Promise.reject(new Unavailable('The database does not answer.'));
    await expect(limited.attempt(HERE, away)).rejects.toThrow(Unavailable);
    for (let n = 0; n < 10; n += 1) await expect(fail()).rejects.toThrow(TooManyAttempts);
    expect(await limited.attempt(HERE, () => 'right')).toBe('right');
  });

  it('are not looked up beyond the limit if they have the wrong form', async () => {
    await failOften();
    let lookUps = 0;

    await expect(limited.attempt(MALFORMED, () => (lookUps += 1))).rejects.toThrow(TooManyAttempts);
    expect(lookUps).toBe(0);
  });

  it('are looked up by the few beyond the limit, of which an address has a share', async () => {
    await failOften();
    for (let n = 0; n < LIMITS.wrongCredentials; n += 1) await expect(fail('203.0.113.8')).rejects.toThrow();
    let lookUps = 0;
    const waiting = Array.from({ length: 100 }, () =>
      limited.attempt(HERE, () => {
        lookUps += 1;
        return never();
      }),
    );
    await expect(Promise.race(waiting)).rejects.toThrow(TooManyAttempts);
    for (const each of waiting) each.catch(() => undefined);

    expect(lookUps).toBe(4);
    expect(await limited.attempt({ ...HERE, address: '203.0.113.8' }, () => 'right')).toBe('right');
  });

  it('are allowed again after some seconds, one by one', async () => {
    await failOften();
    nowMs = 5000;

    expect(await limited.attempt(HERE, () => 'right')).toBe('right');
    await expect(fail()).rejects.toThrow(Unauthenticated);
    await expect(fail()).rejects.toThrow(TooManyAttempts);
  });

  it('are not counted when they turn out to be right', async () => {
    for (let n = 0; n < 3 * LIMITS.wrongCredentials; n += 1) {
      expect(await limited.attempt(HERE, () => 'right')).toBe('right');
    }
  });

  it('are not counted while nobody knows whether they are wrong', async () => {
    const away = (): Promise<never> => Promise.reject(new Unavailable('The database does not answer.'));
    for (let n = 0; n < 3 * LIMITS.wrongCredentials; n += 1) {
      await expect(limited.attempt(HERE, away)).rejects.toThrow(Unavailable);
    }

    expect(await limited.attempt(HERE, () => 'right')).toBe('right');
  });

  it('count while they are in progress, so that a flood of them is limited, too', async () => {
    const waiting = Array.from({ length: LIMITS.wrongCredentials }, () => limited.attempt(HERE, never));
    expect(waiting).toHaveLength(LIMITS.wrongCredentials);

    await expect(limited.attempt(MALFORMED, () => 'right')).rejects.toThrow(TooManyAttempts);
  });
});
