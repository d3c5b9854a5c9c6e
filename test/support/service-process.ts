import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { builtFile } from './built-file.js';
import { compileCache } from './compile-cache.js';
import { eventually } from './eventually.js';
import { assertHoldsNoSecret, rememberSettings } from './known-secrets.js';

/** One line of the service's log: pino's fields and those of the entry. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ServiceOptions {
  readonly entry: 'main' | 'main.api' | 'main.worker' | 'local/local.main';
  /** Environment variables: all that the process sees besides PATH, HOME, a cache of code and a PORT of 0. */
  readonly settings: Readonly<Record<string, string>>;
  /** Modules that are loaded before it, as files. */
  readonly preloads?: readonly string[];
  /** The Node.js that it runs on; the one of the tests unless given. */
  readonly node?: string;
}

/** No statement may forget its tenant. */
const REFUSES_UNSCOPED = builtFile('test/faults/preloads/tenant-scope.js');
const START_TIMEOUT_MS = 90_000;
const PROBE_TIMEOUT_MS = 5_000;
/** More than the 35 s within which the service promises to end. */
const STOP_TIMEOUT_MS = 40_000;
/** Characters of output that are shown of a process which did not end well. */
const SHOWN_OUTPUT = 4000;

/**
 * Starts a built service on a free port and waits until it is ready.
 * Its log must reach `info`, since the port is read from it.
 * @throws Error with all output when it ends early or is not ready within 90 s; nothing is left running then.
 */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { entry } = options;
  const service = await spawnService(options);
  try {
    await eventually(() => service.assertReadyOrEnded(), { timeoutMs: START_TIMEOUT_MS });
    if (service.hasEnded) throw new Error(`It ended with ${await service.exited}`);
    return service;
  } catch (error) {
    await service.kill();
    throw new Error(`${entry} did not start: ${String(error)}\n${service.output()}`, { cause: error });
  }
}

/** Starts a built service and does not wait for it. */
export async function spawnService({
  entry,
  settings,
  preloads = [],
  node = process.execPath,
}: ServiceOptions): Promise<ServiceProcess> {
  rememberSettings(settings);
  const { PATH = '', HOME = '' } = process.env;
  const imports = [REFUSES_UNSCOPED, ...preloads].flatMap((file) => ['--import', file]);
  const child = spawn(node, [...imports, builtFile(`src/${entry}.js`)], {
    env: { PATH, HOME, ...compileCache(), PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  return new ServiceProcess(child);
}

/** A running process of the service. */
export class ServiceProcess {
  readonly pid: number;
  /** What it logged so far, oldest first. */
  readonly logs: LogLine[] = [];
  /** The exit code, or null when a signal ended it; all output has been read by then. */
  readonly exited: Promise<number | null>;
  private readonly chunks: string[] = [];

  constructor(private readonly child: ChildProcessByStdio<null, Readable, Readable>) {
    if (child.pid === undefined) throw new Error('The process was not spawned.');
    this.pid = child.pid;
    this.exited = new Promise((resolve) => {
      child.once('close', resolve);
    });
    this.collect(child.stdout, (line) => {
      this.log(line);
    });
    this.collect(child.stderr);
  }

  /** @throws Error before it listens. */
  get url(): string {
    return this.urlOf('port');
  }

  /** Where its health and metrics are. @throws Error before it listens. */
  get adminUrl(): string {
    const hasOwnPort = this.logs.some((line) => line.msg === 'listening' && line['admin_port'] !== undefined);
    return this.urlOf(hasOwnPort ? 'admin_port' : 'port');
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Standard output and standard error, as they came. */
  output(): string {
    return this.chunks.join('');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /**
   * Ends it by SIGTERM, or by SIGKILL when 40 s were not enough; gives the exit code, or null after a signal.
   * @throws Error when it has written down a secret that the test knows, as `kill` does
   */
  async stop(): Promise<number | null> {
    const timer = setTimeout(() => {
      this.signal('SIGKILL');
    }, STOP_TIMEOUT_MS);
    this.signal('SIGTERM');
    try {
      const code = await this.exited;
      // Nobody can ask it any more what it was about.
      if (code !== 0)
        process.stderr.write(`It ended with ${code}, after this:\n${this.output().slice(-SHOWN_OUTPUT)}\n`);
      return code;
    } finally {
      clearTimeout(timer);
      assertHoldsNoSecret(this.output());
    }
  }

  /** Ends it by SIGKILL. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
    assertHoldsNoSecret(this.output());
  }

  /** @throws Error while neither is so. */
  async assertReadyOrEnded(): Promise<void> {
    if (this.hasEnded) return;
    const answer = await fetch(`${this.adminUrl}/health/ready`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`It is not ready: ${answer.status} ${body}`);
  }

  private urlOf(field: 'port' | 'admin_port'): string {
    const port = this.logs.find(({ msg }) => msg === 'listening')?.[field];
    if (typeof port !== 'number') throw new Error('It does not listen yet.');
    return `http://127.0.0.1:${port}`;
  }

  /** `onLine` gets whole lines only: node's readline would also cut at U+2028, which JSON may hold. */
  private collect(stream: Readable, onLine: (line: string) => void = () => undefined): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      this.chunks.push(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    });
  }

  /** Other lines than the logger's stay in the output only. */
  private log(line: string): void {
    if (!line.startsWith('{"level":')) return;
    this.logs.push(JSON.parse(line) as LogLine);
  }
}
