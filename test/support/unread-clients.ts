import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { makeToken } from './make-token.js';
import { eventually } from './eventually.js';
import { fastSettings } from './fast-settings.js';
import { type ServiceProcess, startService } from './service-process.js';
import type { TestDatabase } from './test-database.js';

/** What they ask for has been answered, or waits, when memory has not grown for so many looks. */
const QUIET_LOOKS = 20;

/** How many clients, and how many requests each sends. */
interface Flood {
  readonly clients: number;
  readonly requests: number;
}

/** Clients without a key that send many requests to an API in one go and read no answer. */
export class UnreadClients {
  private readonly clients: Socket[] = [];

  private constructor(
    private readonly service: ServiceProcess,
    private readonly flood: Flood,
  ) {}

  /** Starts the API. */
  static async start(database: TestDatabase, flood: Flood): Promise<UnreadClients> {
    const settings = fastSettings(database, {
      API_ACCESS: 'keys',
      BOOTSTRAP_API_KEY: makeToken(),
      // Only what is held counts. V8 and malloc would keep up to 100 MB of garbage and free memory in a busy process.
      NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=1',
      MALLOC_ARENA_MAX: '1',
    });
    return new UnreadClients(await startService({ entry: 'main.api', settings }), flood);
  }

  /** Asks the API for its liveness, as another client. @throws Error if it gets another answer than 200 */
  async askLive(): Promise<void> {
    const answer = await fetch(`${this.service.url}/health/live`);
    await answer.text();
    if (answer.status !== 200) throw new Error(`/health/live answers ${answer.status}.`);
  }

  /**
   * How much more memory the service has taken at the most, in MB, when it takes no more.
   *
   * @param meanwhile is done at each look
   */
  async growthMb(request: string, meanwhile: () => Promise<unknown>): Promise<number> {
    await this.ask(request);
    const idleMb = this.residentMb();
    const requests = Buffer.from(request.repeat(this.flood.requests));
    for (let opened = 0; opened < this.flood.clients; opened += 1) this.clients.push(await this.open());
    for (const client of this.clients) client.pause().write(requests);

    let mostMb = 0;
    let quietLooks = 0;
    const look = async (): Promise<number> => {
      await meanwhile();
      const mb = this.residentMb();
      quietLooks = mb > mostMb ? 0 : quietLooks + 1;
      mostMb = Math.max(mostMb, mb);
      return quietLooks;
    };
    await eventually(look, { until: (looks) => looks >= QUIET_LOOKS, timeoutMs: 120_000 });
    return mostMb - idleMb;
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.destroy();
    await this.service.stop();
  }

  private residentMb(): number {
    const status = readFileSync(`/proc/${this.service.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)![1]) / 1024;
  }

  private async open(): Promise<Socket> {
    const client = connect(Number(new URL(this.service.url).port), '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
    return client;
  }

  private async ask(request: string): Promise<void> {
    const client = await this.open();
    client.write(request);
    await once(client, 'data');
    client.destroy();
  }
}
