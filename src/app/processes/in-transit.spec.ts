import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { closeInTransit } from './in-transit.js';

/** A process as the supervisor sees it, with what node:cluster sends and receives. */
class FakeProcess extends EventEmitter {
  readonly send = (message: object, handle?: unknown): boolean => this.emit('sent', message, handle);

  constructor() {
    super();
    closeInTransit(this as unknown as ChildProcess);
  }

  handOver(seq: number, handle: FakeHandle, key = 'api'): void {
    this.send({ cmd: 'NODE_CLUSTER', act: 'newconn', key, seq }, handle);
  }

  reply(ack: number, accepted: boolean): void {
    this.emit('internalMessage', { cmd: 'NODE_CLUSTER', ack, accepted });
  }

  die(): void {
    this.emit('exit', null, 'SIGKILL');
    this.emit('close', null, 'SIGKILL');
  }
}

class FakeHandle {
  isClosed = false;

  close(): void {
    this.isClosed = true;
  }
}

describe('a connection on its way to a process', () => {
  it('is closed when the process dies before it has replied', () => {
    const process = new FakeProcess();
    const [api, admin] = [new FakeHandle(), new FakeHandle()];

    process.handOver(1, api, 'api');
    process.handOver(2, admin, 'admin');
    process.die();

    expect([api.isClosed, admin.isClosed]).toEqual([true, true]);
  });

  it('stays open when a process dies that has refused it, because it may be on its way to another', () => {
    const [process, other] = [new FakeProcess(), new FakeProcess()];
    const handle = new FakeHandle();

    process.handOver(1, handle);
    process.reply(1, false);
    other.handOver(2, handle);
    process.die();

    expect(handle.isClosed).toBe(false);
  });

  it('stays open if the refusal is read only after the end of the process', () => {
    const process = new FakeProcess();
    const handle = new FakeHandle();

    process.handOver(1, handle);
    process.emit('exit', null, 'SIGKILL');
    process.reply(1, false);
    process.emit('close', null, 'SIGKILL');

    expect(handle.isClosed).toBe(false);
  });

  it('is closed although the one before it was refused', () => {
    const process = new FakeProcess();
    const [first, second] = [new FakeHandle(), new FakeHandle()];

    process.handOver(1, first);
    // node:cluster hands over the next one while it handles the reply, before anybody else hears of it.
    process.handOver(2, second);
    process.reply(1, false);
    process.die();

    expect([first.isClosed, second.isClosed]).toEqual([false, true]);
  });
});
