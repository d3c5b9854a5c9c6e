import { STATE } from '../../../src/delivery/domain/delivery-state.js';
import { parsePublicId } from '../../../src/shared/ids/public-id.js';
import type { Fault } from '../fault.js';
import { atMost, isTrue, lagsMs, percentile } from '../figures.js';

/** The attempts of the retry policy, and four that a crash cut short. */
const MAX_ATTEMPTS = 8 + 4;
const MAX_NEIGHBOUR_LAG_MS = 10_000;

interface PoisonNotes {
  /** UUIDs of the subscriptions, by the fault of their events. */
  readonly subscriptions: ReadonlyMap<string, string>;
}

/** Events whose attempts make a worker throw before the request or during its recording, or end its process. */
export const poisonEvents: Fault<PoisonNotes> = {
  number: 21,
  name: 'poison event',
  // A delivery that was abandoned more than once waits longer each time.
  horizonSeconds: 120,
  full: { events: 2000, perSecond: 100, rounds: 20 },
  ground: { preloads: ['poison'] },
  async harm(rig, events) {
    for (const worker of rig.workers) worker.onEnd = () => rig.ending(() => Promise.resolve());
    const publish = async (name: string, count: number): Promise<[string, string]> => {
      const id = await rig.subscribe(`/${name}`, name === 'sealed' ? 'ok' : name);
      const { uuid } = parsePublicId(id, 'sub');
      if (name === 'sealed') await breakSecret(uuid);
      await rig.publish(name, { path: `/ingest/${id}`, events: count, perSecond: 100 });
      return [name, uuid];
    };
    const breakSecret = (id: string) =>
      rig.database.query(
        // The secret names an existing key, because deliveries would wait for a missing one.
        `update subscriptions set secrets = jsonb_set(secrets::jsonb, '{0,box}', to_jsonb(left(secrets::jsonb #>> '{0,box}', -8)))
         where id = $1`,
        [id],
      );
    const subscriptions = new Map([
      await publish('sealed', events),
      await publish('poison', events),
      await publish('deadly', 1),
    ]);
    return { subscriptions };
  },
  async findings(run, { subscriptions }) {
    const { rows } = await run.rig.database.query<{ id: string; failed: number; others: number; most: number }>(
      `select subscription_id as id, count(*) filter (where state = ${STATE.failed})::int as failed,
         count(*) filter (where state <> ${STATE.failed})::int as others, max(attempt_count)::int as most
       from deliveries group by 1`,
    );
    const poisoned = new Set(subscriptions.values());
    const neighbours = rows.filter(({ id }) => !poisoned.has(id));
    const failed = neighbours.reduce((sum, row) => sum + row.failed, 0);
    return [
      ...[...subscriptions].map(([name, id]) => {
        const row = rows.find((each) => each.id === id);
        const isBounded = row?.others === 0 && row.failed > 0 && row.most <= MAX_ATTEMPTS;
        return isTrue(`${name}: failed after at most ${MAX_ATTEMPTS} attempts`, isBounded, JSON.stringify(row ?? null));
      }),
      isTrue('neighbours are delivered', failed === 0, `${failed} failed`),
      atMost('lag p99 of all', percentile(lagsMs(run), 0.99), MAX_NEIGHBOUR_LAG_MS, 'ms'),
    ];
  },
};
