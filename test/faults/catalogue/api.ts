import { now } from '../child.js';
import type { Fault, Finding, Run } from '../fault.js';
import { atMost, isTrue } from '../figures.js';

/** Each body names its event, so an event that was written twice is two rows with one payload. */
async function duplicateEvents({ rig }: Run): Promise<number> {
  const { rows } = await rig.database.query<{ count: number }>(
    'select count(*)::int - count(distinct payload)::int as count from events',
  );
  return rows[0]!.count;
}

async function noDuplicates(run: Run): Promise<Finding[]> {
  const duplicates = await duplicateEvents(run);
  const givenUp = run.refusals.filter(({ code }) => code?.startsWith('gave up')).length;
  return [
    isTrue('no event twice', duplicates === 0, `${duplicates}`),
    isTrue('every event accepted in the end', givenUp === 0, `${givenUp} were not`),
  ];
}

export const apiDies: Fault = {
  number: 2,
  name: 'API dies while accepting',
  full: { events: 8000, perSecond: 100, rounds: 20 },
  short: { events: 300, perSecond: 100, rounds: 2 },
  insists: true,
  async harm(rig, rounds) {
    let startSeconds = 1;
    for (let round = 0; round < rounds; round += 1) {
      // Up for as long as it was away, so that the waiting events can be accepted.
      await rig.pause(startSeconds);
      await rig.api.kill();
      const startedAt = now();
      await rig.api.start();
      startSeconds = Math.max(1, (now() - startedAt) / 1000);
    }
  },
  findings: noDuplicates,
};

export const everythingDies: Fault = {
  number: 3,
  name: 'everything dies',
  full: { events: 3000, perSecond: 150, rounds: 1 },
  insists: true,
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      await rig.pause(8);
      await rig.ending(() => Promise.all(rig.slots.map((slot) => slot.kill())));
      rig.redis.kill();
      await rig.redis.restart();
      await Promise.all(rig.slots.map((slot) => slot.start()));
    }
  },
  async findings(run) {
    return [
      atMost('drained after the restart', (run.drainedAt - run.harmEndedAt) / 1000, 60, 's'),
      ...(await noDuplicates(run)),
    ];
  },
};

interface End {
  readonly name: string;
  readonly code: number | null;
  readonly ms: number;
}

export const deploy: Fault<readonly End[]> = {
  number: 20,
  name: 'deploy',
  full: { events: 6000, perSecond: 120, rounds: 10 },
  short: { events: 300, perSecond: 100, rounds: 3 },
  insists: true,
  async harm(rig, rounds) {
    const ended: End[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const slot = rig.slots[(round + 1) % rig.slots.length]!;
      await rig.pause(1);
      ended.push({ name: slot.name, ...(await slot.stop()) });
      await slot.start();
    }
    return ended;
  },
  async findings(run, ended) {
    const failed = ended.filter(({ code }) => code !== 0);
    const lost = run.evidence.attempts.filter(({ errorCode }) => errorCode === 'abandoned').length;
    return [
      atMost('exit after SIGTERM', Math.max(0, ...ended.map(({ ms }) => ms)) / 1000, 35, 's'),
      isTrue('exit code 0', failed.length === 0, failed.map(({ name, code }) => `${name}: ${code}`).join() || 'all'),
      isTrue('no attempt is left behind', lost === 0, `${lost} were`),
      ...(await noDuplicates(run)),
    ];
  },
};
