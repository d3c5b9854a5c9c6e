/** The steps of making a connection. Connecting through the egress proxy includes the tunnel. */
type Step = 'dnsMs' | 'connectMs' | 'tlsMs';

/** How long each step took, in milliseconds; null for a step that did not happen. */
export type ConnectPhases = Readonly<Record<Step, number | null>>;

/** Times the steps of making one connection. */
export class Connecting {
  private readonly took: Record<Step, number | null> = { dnsMs: null, connectMs: null, tlsMs: null };
  private step: Step | null = null;
  private sinceMs = 0;

  /** Ends the present step. @param step the step that begins; null when the connection is made or has failed */
  enter(step: Step | null): void {
    const nowMs = performance.now();
    if (this.step !== null) this.took[this.step] = nowMs - this.sinceMs;
    this.step = step;
    this.sinceMs = nowMs;
  }

  /** A step that goes on has taken as long as it has lasted until now. */
  phases(): ConnectPhases {
    if (this.step === null) return this.took;
    return { ...this.took, [this.step]: performance.now() - this.sinceMs };
  }
}

// undici tells neither its connector for which request it connects, nor a request on which connection it is sent. But
// it calls the connector from within `dispatch`, and starts the first request on a connection from within the
// connector's callback. So the two meet here.

let begun: Connecting | null = null;
let made: Connecting | null = null;

/** Called by the connector. */
export function beginConnecting(): Connecting {
  begun = new Connecting();
  return begun;
}

/** Runs `dispatch`. @returns the connection that it began to make; null if it made none */
export function connectionBegunBy(dispatch: () => void): Connecting | null {
  begun = null;
  dispatch();
  const connecting = begun;
  begun = null;
  return connecting;
}

/** Runs the connector's callback, from within which the first request on the connection starts. */
export function handingOver(connecting: Connecting, callback: () => void): void {
  made = connecting;
  try {
    callback();
  } finally {
    made = null;
  }
}

/** Called when a request starts. @returns the connection if this is the first request on it; null if it is reused */
export function connectionOfFirstRequest(): Connecting | null {
  const connecting = made;
  made = null;
  return connecting;
}
