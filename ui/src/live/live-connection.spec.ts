import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveConnection, type LiveMessage, type LiveNotice, type StreamEvent } from './live-connection';

/** A stream that a test opens, feeds and breaks. */
class Stream {
  opened: (string | null)[] = [];
  send: (event: StreamEvent) => void = () => undefined;
  break: (error: Error | null) => void = () => undefined;

  readonly read = (
    lastId: string | null,
    signal: AbortSignal,
    onEvent: (event: StreamEvent) => void,
  ): Promise<void> => {
    this.opened.push(lastId);
    this.send = onEvent;
    return new Promise((resolve, reject) => {
      this.break = (error) => (error === null ? resolve() : reject(error));
      signal.addEventListener('abort', () => resolve());
    });
  };
}

describe('the live connection', () => {
  let stream: Stream;
  let connection: LiveConnection;
  const onState = vi.fn();
  const onMessages = vi.fn<(messages: readonly LiveMessage[]) => void>();
  const onNotice = vi.fn<(notice: LiveNotice) => void>();
  const onUnknown = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    stream = new Stream();
    connection = new LiveConnection({ read: stream.read, onState, onMessages, onNotice, onUnknown });
    connection.start();
  });
  afterEach(() => {
    connection.sleep();
    vi.useRealTimers();
    vi.clearAllMocks();
  });

  const message = (id: string): StreamEvent => ({ event: 'delivery.attempted', id, data: { delivery_id: id } });

  it('hands messages over together', () => {
    stream.send({ id: '1-0.0', data: undefined });
    stream.send(message('1-0.1'));
    stream.send(message('1-0.2'));
    expect(onMessages).not.toHaveBeenCalled();

    vi.advanceTimersByTime(1000);

    expect(onState.mock.calls).toEqual([['live']]);
    expect(onMessages.mock.calls[0]?.[0].map(({ body }) => body)).toEqual([
      { delivery_id: '1-0.1' },
      { delivery_id: '1-0.2' },
    ]);
  });

  it('asks every 15 s while there is no stream, and goes on where it was when there is one', async () => {
    stream.send(message('1-0.1'));
    stream.break(new Error('reset'));
    await vi.advanceTimersByTimeAsync(0);
    expect(onState).toHaveBeenLastCalledWith('polling');

    await vi.advanceTimersByTimeAsync(15_000);
    expect(onUnknown).toHaveBeenCalledTimes(1);
    expect(stream.opened).toEqual([null, '1-0.1']);

    stream.send(message('1-0.2'));
    expect(onState).toHaveBeenLastCalledWith('live');
    expect(onUnknown).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onUnknown).toHaveBeenCalledTimes(2);
  });

  it('waits longer after each failure', async () => {
    for (const [waitMs, opened] of [
      [999, 1],
      [1, 2],
      [2000, 3],
      [3999, 3],
      [1, 4],
    ] as const) {
      stream.break(new Error('refused'));
      await vi.advanceTimersByTimeAsync(waitMs);
      expect([waitMs, stream.opened.length]).toEqual([waitMs, opened]);
    }
  });

  it('sleeps without a request, and asks for everything when it wakes up', async () => {
    stream.send(message('1-0.1'));
    connection.sleep();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(onState).toHaveBeenLastCalledWith('asleep');
    expect([stream.opened.length, onUnknown.mock.calls.length, onMessages.mock.calls.length]).toEqual([1, 0, 0]);

    connection.start();

    expect(stream.opened).toEqual([null, '1-0.1']);
    expect(onUnknown).toHaveBeenCalledTimes(1);
  });

  it.each(['gap', 'skipped', 'degraded', 'recovered'])('asks for everything after %s', (event) => {
    stream.send({ event, data: {} });

    expect(onUnknown).toHaveBeenCalledTimes(1);
    expect(onMessages).not.toHaveBeenCalled();
  });

  it('hands a notice over after the messages that came before it', () => {
    const order: string[] = [];
    onMessages.mockImplementation((messages) => void order.push(...messages.map(({ kind }) => kind)));
    onNotice.mockImplementation(({ kind }) => void order.push(kind));

    stream.send(message('1-0.1'));
    stream.send({ event: 'skipped', data: { skipped: 250 } });
    stream.send(message('1-0.2'));
    vi.advanceTimersByTime(1000);

    expect(order).toEqual(['delivery.attempted', 'skipped', 'delivery.attempted']);
  });

  it('keeps what came just before it fell asleep', () => {
    stream.send(message('1-0.1'));
    connection.sleep();
    connection.start();

    vi.advanceTimersByTime(1000);

    expect(onMessages.mock.calls[0]?.[0].map(({ body }) => body)).toEqual([{ delivery_id: '1-0.1' }]);
  });

  it('begins anew for another tenant', () => {
    stream.send(message('1-0.1'));
    connection.forget();
    connection.start();

    vi.advanceTimersByTime(1000);

    expect(stream.opened).toEqual([null, null]);
    expect(onMessages).not.toHaveBeenCalled();
  });
});
