import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { builtFile } from './built-file.js';
import { eventually } from './eventually.js';
import { bundledService, compileCache } from './faster-starts.js';
import { assertHoldsNoSecret, rememberSettings } from './known-secrets.js';

/** A log line of the service: the fields of pino and those of the entry. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ServiceOptions {
  readonly entry: 'main' | 'main.api' | 'main.worker' | 'main.migrate' | 'local/local.main';
  /** Environment variables of the process, in addition to PATH, HOME, a compile cache and PORT=0. */
  readonly settings: Readonly<Record<string, string>>;
  /** Files of modules to load before the program. */
  readonly preloads?: readonly string[];
  /**
   * Path of Node.js. Defaults to the one that runs the tests. Another one loads the libraries as they are published.
   */
  readonly node?: string;
}

/** Makes the service fail on a statement that is not limited to a tenant. */
const REFUSES_UNSCOPED = builtFile('test/faults/preloads/tenant-scope.js');
const START_TIMEOUT_MS = 90_000;
const PROBE_TIMEOUT_MS = 5_000;
/** Longer than the 35 s within which the service must exit. */
const STOP_TIMEOUT_MS = 40_000;
/** Number of characters shown of the output of a process that exited with an error. */
const SHOWN_OUTPUT = 4000;

/**
 * Starts a built service on a free port and waits until it is ready.
 * Its log level must be `info` or lower, because the port is read from the log.
 * @throws Error with all output if it exits early or is not ready within 90 s. No process is left running then.
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

/** Starts a built service without waiting until it is ready. */
export async function spawnService({
  entry,
  settings,
  preloads = [],
  node = process.execPath,
}: ServiceOptions): Promise<ServiceProcess> {
  rememberSettings(settings);
  const { PATH = '', HOME = '' } = process.env;
  const libraries = node === process.execPath ? bundledService() : [];
  const imports = [REFUSES_UNSCOPED, ...preloads].flatMap((file) => ['--import', file]);
  const child = spawn(node, [...libraries, ...imports, builtFile(`src/${entry}.js`)], {
    env: { PATH, HOME, ...compileCache(), PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  return new ServiceProcess(child);
}

/** A running process of the service. */
export class ServiceProcess {
  readonly pid: number;
  /** Log lines so far, oldest first. */
  readonly logs: LogLine[] = [];
  /** The exit code, or null if a signal ended the process. Resolves when all output has been read. */
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

  /** @throws Error if it does not listen yet */
  get url(): string {
    return this.urlOf('port');
  }

  /** URL of health and metrics. @throws Error if it does not listen yet */
  get adminUrl(): string {
    const hasOwnPort = this.logs.some((line) => line.msg === 'listening' && line['admin_port'] !== undefined);
    return this.urlOf(hasOwnPort ? 'admin_port' : 'port');
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Standard output and standard error, interleaved. */
  output(): string {
    return this.chunks.join('');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /**
   * Ends it with SIGTERM, or with SIGKILL after 40 s. Returns the exit code, or null after a signal.
   * @throws Error if its output contains a secret that the test knows. `kill` does the same
   */
  async stop(): Promise<number | null> {
    const timer = setTimeout(() => {
      this.signal('SIGKILL');
    }, STOP_TIMEOUT_MS);
    this.signal('SIGTERM');
    try {
      const code = await this.exited;
      // Shows the output now, because the process is gone.
      if (code !== 0)
        process.stderr.write(`It ended with ${code}, after this:\n${this.output().slice(-SHOWN_OUTPUT)}\n`);
      return code;
    } finally {
      clearTimeout(timer);
      assertHoldsNoSecret(this.output());
    }
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
    assertHoldsNoSecret(this.output());
  }

  /** @throws Error if it is neither ready nor has ended */
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

  /** Passes complete lines to `onLine`. The readline module would also split at U+2028, which JSON may contain. */
  private collect(stream: Readable, onLine: (line: string) => void = () => undefined): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      this.chunks.push(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    });
  }

  /** Lines that are not log entries appear only in the output. */
  private log(line: string): void {
    if (!line.startsWith('{"level":')) return;
    this.logs.push(JSON.parse(line) as LogLine);
  }
}
