import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { eventually } from './eventually.js';
import type { ServiceProcess } from './service-process.js';

const CLIENTS = 400;
const REQUESTS = 1500;
/** What they ask for has been answered, or waits, when memory has not grown for so many looks. */
const QUIET_LOOKS = 20;

/** Clients that send many requests in one go and read no answer. */
export class UnreadClients {
  private readonly clients: Socket[] = [];

  constructor(private readonly service: ServiceProcess) {}

  /**
   * How much more memory the service has taken at the most, in MB, when it takes no more.
   *
   * @param meanwhile is done at each look
   */
  async growthMb(request: string, meanwhile: () => Promise<unknown>): Promise<number> {
    await this.ask(request);
    const idleMb = this.residentMb();
    const requests = Buffer.from(request.repeat(REQUESTS));
    for (let opened = 0; opened < CLIENTS; opened += 1) this.clients.push(await this.open());
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

  leave(): void {
    for (const client of this.clients.splice(0)) client.destroy();
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
