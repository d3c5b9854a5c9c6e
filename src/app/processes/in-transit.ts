import type { ChildProcess, SendHandle } from 'node:child_process';

/** What node:cluster sends with a connection. */
interface Handover {
  /** Names the server that accepted the connection. */
  readonly key?: string;
  /** The reply repeats it as `ack`. */
  readonly seq?: number;
}

/** Connections, as node:cluster passes them. */
interface Handle {
  /** Does nothing if it is closed already. */
  close(): void;
}

/**
 * Closes the connection that a process was about to get when it died. Node.js keeps such a connection open and forgets
 * it, so its client would wait for an answer forever, and the supervisor would lose a file descriptor. Node.js hands
 * over one connection of each server at a time.
 *
 * A process replies whether it takes a connection. Either way, it is no longer in transit to this process: one that was
 * refused may be on its way to another.
 */
export function closeInTransit(child: ChildProcess): void {
  const inTransit = new Map<string | undefined, { readonly handle: Handle; readonly seq: number | undefined }>();
  const send = child.send.bind(child) as (message: Handover, handle?: SendHandle, ...rest: unknown[]) => boolean;
  child.send = (
    message: Handover,
    handle?: SendHandle | ((error: Error | null) => void) | null,
    ...rest: unknown[]
  ) => {
    if (handle !== null && typeof handle === 'object' && 'close' in handle) {
      inTransit.set(message.key, { handle, seq: message.seq });
    }
    return send(message, handle as SendHandle, ...rest);
  };
  child.on('internalMessage', ({ ack }: { readonly ack?: number }) => {
    for (const [key, { seq }] of inTransit) if (ack !== undefined && seq === ack) inTransit.delete(key);
  });
  // Unlike `exit`, this comes after the last reply. `disconnect` never comes while a connection is in transit.
  child.once('close', () => {
    for (const { handle } of inTransit.values()) handle.close();
  });
}
