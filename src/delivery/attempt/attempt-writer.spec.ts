import { silentLogger } from '../../../test/support/silent-logger.js';
import { parseSettings } from '../../shared/config/settings.js';
import type { AnnouncedFailures } from './announced-failures.js';
import { AttemptWriter } from './attempt-writer.js';
import type { AttemptRepository } from '../storage/attempt.repository.js';
import { NO_PHASES } from '../domain/attempt-outcome.js';
import type { FinishedAttempt } from '../domain/finished-attempt.js';

const settings = parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/' });

const anAttempt = (id: string): FinishedAttempt => ({
  delivery: { id, tenantId: 'default', attempt: 1, eventType: 'order.created' },
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

interface Given {
  readonly refuse?: (ids: string[]) => Error | null;
  readonly late?: string[];
  readonly announced?: string[];
}

/**
 * A writer that records attempts unless `refuse` returns an error. The claims of `late` are no longer valid. The
 * failures in `announced` are announced; `told` has them in the order of what happened to them.
 */
function aWriter(given: Given = {}) {
  const recorded: string[] = [];
  const late: string[] = [];
  const told: string[] = [];
  const failures: Pick<AnnouncedFailures, 'among' | 'recorded'> = {
    among: () => given.announced ?? [],
    recorded: (ids) => told.push(...ids.map((id) => `${id} recorded`)),
  };
  const repository: Pick<AttemptRepository, 'record' | 'recordLate'> = {
    record: (attempts, announced) => {
      told.push(...(announced ?? []).map((id) => `${id} announced`));
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
  const announcing = failures as AnnouncedFailures;
  const writer = new AttemptWriter(repository as AttemptRepository, announcing, silentLogger, settings);
  return { writer, recorded, late, told };
}

describe('the attempt writer', () => {
  it('stores results that came too late, and reports them as late', async () => {
    const { writer, recorded, late } = aWriter({ late: ['b'] });

    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => writer.write(anAttempt(id))));

    expect(outcomes).toEqual(['recorded', 'late', 'recorded']);
    expect([recorded, late]).toEqual([['a', 'c'], ['b']]);
  });

  it('announces failures with their results, and tells of them once these are recorded', async () => {
    let failures = 1;
    const away = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const { writer, told } = aWriter({ announced: ['a'], refuse: () => (failures-- > 0 ? away : null) });

    await writer.write(anAttempt('a'));

    expect(told).toEqual(['a announced', 'a announced', 'a recorded']);
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
