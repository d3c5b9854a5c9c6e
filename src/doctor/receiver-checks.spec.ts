import type { AuditTrail, Caller } from '../access/index.js';
import { NotAttempted, type ReceiverProbes } from '../delivery/index.js';
import { UnknownEncryptionKey } from '../shared/crypto/secret-box.js';
import { newUuid } from '../shared/ids/uuid.js';
import { Shutdown } from '../shared/shutdown.js';
import { SystemClock } from '../shared/time/clock.js';
import type { Receivers } from '../subscriptions/index.js';
import type { TargetGuard } from '../targets/index.js';
import { CannotSend } from './receiver-check.errors.js';
import { ReceiverChecks } from './receiver-checks.js';

const RECEIVER = { state: 'active', targetUrl: 'https://1.1.1.1/', keys: [], headers: [], timeoutMs: 1000 };
const CALLER = { tenantId: 't' } as Caller;

/** Checks of a service that can read its subscriptions and send, or throws what is given. */
function checks(faults: { reading?: Error; sending?: Error }) {
  const seen = { audited: 0, closed: 0 };
  const failing = (error: Error | undefined) => (error === undefined ? undefined : Promise.reject(error));
  const receivers = { get: () => failing(faults.reading) ?? Promise.resolve(RECEIVER) };
  const line = {
    send: () => failing(faults.sending),
    close: () => {
      seen.closed += 1;
      return Promise.resolve();
    },
  };
  const audit = {
    change: () => {
      seen.audited += 1;
      return Promise.resolve();
    },
  };
  const clock = new SystemClock();
  const service = new ReceiverChecks(
    receivers as unknown as Receivers,
    { open: () => line } as unknown as ReceiverProbes,
    { checkUrl: () => undefined, addressesOf: () => Promise.resolve([]) } as unknown as TargetGuard,
    audit as unknown as AuditTrail,
    clock,
    new Shutdown(clock, 1000),
  );
  return { check: () => service.check(CALLER, newUuid(0), new AbortController().signal), seen };
}

describe('a check by a service that cannot send', () => {
  it.each([
    ['for lack of descriptors', { sending: new NotAttempted('descriptors', new Error('EMFILE')) }, /\(descriptors\)/],
    ['for lack of a key', { reading: new UnknownEncryptionKey('k1') }, /\(encryption_key\)/],
  ])('says that it is not the fault of the receiver: %s', async (_, faults, says) => {
    const { check } = checks(faults);

    const refusal = check();

    await expect(refusal).rejects.toBeInstanceOf(CannotSend);
    await expect(refusal).rejects.toThrow(says);
    await expect(refusal).rejects.not.toThrow('EMFILE');
  });

  it('leaves room for the next one, and no connection behind', async () => {
    const defect = new TypeError('a defect');
    const { check, seen } = checks({ sending: defect });

    for (let n = 0; n < 20; n += 1) await expect(check()).rejects.toBe(defect);

    expect(seen).toEqual({ audited: 20, closed: 20 });
  });
});
