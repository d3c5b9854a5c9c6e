import { silentLogger } from '../../../test/support/silent-logger.js';
import { parseSettings } from '../../shared/config/settings.js';
import { AttemptWriter } from './attempt-writer.js';
import type { AttemptRepository } from '../storage/attempt.repository.js';
import { NO_PHASES } from '../domain/attempt-outcome.js';
import type { FinishedAttempt } from '../domain/finished-attempt.js';

const settings = parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/' });

const anAttempt = (id: string): FinishedAttempt => ({
  delivery: { id, tenantId: 'default', attempt: 1 },
  result: {
    statusCode: 200,
    error: null,
    durationMs: 1,
    responseHeaders: {},
    responseBody: Buffer.alloc(0),
    retryAfter: null,
    phases: NO_PHASES,
    sent: null,
  },
  decision: { next: 'delivered' },
  startedMs: 0,
});

/** A writer that records attempts unless `refuse` returns an error. The claims of `late` are no longer valid. */
function aWriter(given: { refuse?: (ids: string[]) => Error | null; late?: string[] } = {}) {
  const recorded: string[] = [];
  const late: string[] = [];
  const repository: Pick<AttemptRepository, 'record' | 'recordLate'> = {
    record: (attempts) => {
      const ids = attempts.map(({ delivery }) => delivery.id);
      const failure = given.refuse?.(ids);
      if (failure) return Promise.reject(failure);
      const moved = ids.filter((id) => !given.late?.includes(id));
      recorded.push(...moved);
      return Promise.resolve(new Set(moved));
    },
    recordLate: (attempts) => {
      const ids = attempts.map(({ delivery }) => delivery.id).filter((id) => !recorded.includes(id));
      late.push(...ids);
      return Promise.resolve(new Set(ids));
    },
  };
  return { writer: new AttemptWriter(repository as AttemptRepository, silentLogger, settings), recorded, late };
}

describe('the attempt writer', () => {
  it('stores results that came too late, and reports them as late', async () => {
    const { writer, recorded, late } = aWriter({ late: ['b'] });

    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => writer.write(anAttempt(id))));

    expect(outcomes).toEqual(['recorded', 'late', 'recorded']);
    expect([recorded, late]).toEqual([['a', 'c'], ['b']]);
  });

  it('reports a result as recorded if an earlier call recorded it and its response was lost', async () => {
    const { writer, recorded, late } = aWriter({ late: ['a'] });
    recorded.push('a');

    await expect(writer.write(anAttempt('a'))).resolves.toBe('recorded');
    expect(late).toEqual([]);
  });

  it('records the other attempts of a group when one cannot be stored', async () => {
    const { writer, recorded } = aWriter({ refuse: (ids) => (ids.includes('poison') ? new Error('invalid') : null) });

    const outcomes = await Promise.all(['a', 'poison', 'c'].map((id) => writer.write(anAttempt(id))));

    expect(outcomes).toEqual(['recorded', 'not_recorded', 'recorded']);
    expect(recorded).toEqual(['a', 'c']);
  });

  it('records once an unavailable database is back', async () => {
    let failures = 2;
    const away = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const { writer, recorded } = aWriter({ refuse: () => (failures-- > 0 ? away : null) });

    await expect(writer.write(anAttempt('a'))).resolves.toBe('recorded');
    expect(recorded).toEqual(['a']);
  });
});
