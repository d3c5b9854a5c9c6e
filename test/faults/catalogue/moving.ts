import type { Names } from '../../support/name-server.js';
import type { Fault } from '../fault.js';
import { isTrue } from '../figures.js';
import { now } from '../child.js';

const HOST = 'moving.example.com';
const OLD_ADDRESS = '127.0.0.2';
const NEW_ADDRESS = '127.0.0.3';
const at = (address: string): Names => ({ [HOST]: { addresses: [address] } });

const PER_SECOND = 20;
/** The maximum age of a connection, and the delay of a busy machine. */
const MOVED_AFTER_SECONDS = 35;

export const receiverMoves: Fault<{ path: string; movedAt: number }> = {
  number: 24,
  name: 'a receiver moves to another address',
  full: { events: 1000, perSecond: 20, rounds: 50 },
  ground: {
    receiverAddress: OLD_ADDRESS,
    settings: { ALLOWED_TARGET_CIDRS: `${OLD_ADDRESS}/32,${NEW_ADDRESS}/32` },
  },
  async harm(rig, seconds) {
    rig.nameServer.names = at(OLD_ADDRESS);
    const path = '/moving';
    const id = await rig.subscribe(path, 'ok', { target_url: rig.receiver.url(path, HOST) });
    const load = { path: `/ingest/${id}`, perSecond: PER_SECOND };
    await rig.publish('before', { ...load, events: 5 * PER_SECOND });
    rig.nameServer.names = at(NEW_ADDRESS);
    const movedAt = now();
    // Traffic never pauses, because an idle connection would be closed and prove nothing.
    await rig.publish('after', { ...load, events: seconds * PER_SECOND });
    return { path, movedAt };
  },
  findings({ received }, { path, movedAt }) {
    const requests = received.filter((request) => request.path === path);
    const late = requests.filter(({ startedAt }) => startedAt > movedAt + MOVED_AFTER_SECONDS * 1000);
    const before = requests.filter(({ startedAt }) => startedAt <= movedAt);
    const countAt = (address: string, among: typeof requests): number =>
      among.filter(({ localAddress }) => localAddress.endsWith(address)).length;
    return [
      isTrue('went to the old address before', countAt(OLD_ADDRESS, before) === before.length, `${before.length}`),
      isTrue(
        `${MOVED_AFTER_SECONDS} s after the move, all go to the new address`,
        late.length > 0 && countAt(NEW_ADDRESS, late) === late.length,
        `${countAt(OLD_ADDRESS, late)} of ${late.length} at the old one`,
      ),
    ];
  },
};
