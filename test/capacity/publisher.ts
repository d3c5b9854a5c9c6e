import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';

const CONNECTIONS = 128;
/** Bodies of different content, so that compression gains nothing, of half to one and a half of the given size. */
const BODIES = 64;
/** Odd, so that each body has its turn, and large and small ones alternate. */
const STRIDE = 37;
const TICK_MS = 1;

export interface Publishing {
  readonly paths: readonly string[];
  /** Mean of all bodies. */
  readonly payloadBytes: number;
  readonly eventsPerSecond: number;
  readonly events: number;
}

/** Publishes at a fixed rate, to several processes in turn. Requests that find no free connection wait. */
export class Publisher {
  private readonly pools: readonly Pool[];

  constructor(
    origins: readonly string[],
    private readonly apiKey: string,
  ) {
    this.pools = origins.map((origin) => new Pool(origin, { connections: CONNECTIONS, pipelining: 1 }));
  }

  /** Resolves when all events have been accepted. @throws if one was refused; no more are then published */
  async publish(publishing: Publishing): Promise<void> {
    const { paths, payloadBytes, eventsPerSecond, events } = publishing;
    const bodies = Array.from({ length: BODIES }, (_, n) =>
      bodyOf(Math.round(payloadBytes * (0.5 + n / (BODIES - 1)))),
    );
    const failures: unknown[] = [];
    const answers: Promise<unknown>[] = [];
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(events, Math.floor(((performance.now() - startedAt) / 1000) * eventsPerSecond));
        while (answers.length < due) {
          const n = answers.length;
          const posted = this.post(n, paths[n % paths.length]!, bodies[(n * STRIDE) % BODIES]!);
          answers.push(posted.catch((error: unknown) => failures.push(error)));
        }
        if (answers.length < events && failures.length === 0) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    await Promise.all(answers);
    if (failures.length > 0) throw failures[0];
  }

  async close(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.close()));
  }

  private async post(n: number, path: string, body: Buffer): Promise<void> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.apiKey}` };
    const answer = await this.pools[n % this.pools.length]!.request({ method: 'POST', path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`An event was refused: ${answer.statusCode} ${text}`);
  }
}

/** JSON of random hexadecimal digits. */
function bodyOf(bytes: number): Buffer {
  const frame = '{"order":""}'.length;
  const length = Math.max(0, bytes - frame);
  return Buffer.from(
    `{"order":"${randomBytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length)}"}`,
  );
}
