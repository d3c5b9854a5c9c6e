import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../docs/examples/portal/server.mjs', import.meta.url));

interface HostOptions {
  /** URL of the service. */
  readonly service: string;
  readonly tenant: string;
  /** An admin key of all tenants. */
  readonly key: string;
}

/** The host of the documentation's example, which shows the portal from another origin than the service's. */
export class ExampleHost {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start({ service, tenant, key }: HostOptions): Promise<ExampleHost> {
    const env = { PATH: process.env['PATH'], SERVICE_URL: service, TENANT: tenant, API_KEY: key, PORT: '0' };
    const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    for await (const line of createInterface(child.stdout)) {
      const url = /(http:\/\/localhost:\d+)\//.exec(line)?.[1];
      if (url !== undefined) return new ExampleHost(child, url);
    }
    throw new Error(`The example did not start:\n${errors}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}
