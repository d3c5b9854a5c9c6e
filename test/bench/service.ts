import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess, until } from '../../src/local/local-server.js';
import { bundledService, compileCache } from '../support/faster-starts.js';
import type { Cleanup } from './cleanup.js';
import { type Build, HERE, type Layout, PROCESSES } from './layout.js';
import type { Part } from './measure.js';

const START_TIMEOUT_MS = 60_000;
/** The same as in the Dockerfile. */
const NODE_OPTIONS = ['--max-semi-space-size=32'];

export type NodePart = Exclude<Part, 'postgres' | 'redis'>;
type Entry = 'main' | 'main.api' | 'main.worker';

export interface ServiceOptions {
  readonly build: Build;
  readonly layout: Layout;
  /** For log files. A log file costs less than a pipe, which a process would have to read. */
  readonly directory: string;
  readonly settings: Readonly<Record<string, string>>;
}

interface StartedProcess {
  readonly server: ServerProcess;
  readonly port: number;
}

/** The measured service: all of its processes. */
export class Service {
  private readonly pidsOf = new Map<NodePart, number[]>();
  private apiPort = 0;

  private constructor(
    private readonly options: ServiceOptions,
    private readonly cleanup: Cleanup,
  ) {}

  static async start(options: ServiceOptions, cleanup: Cleanup): Promise<Service> {
    const service = new Service(options, cleanup);
    if (options.layout === 'apart') {
      service.apiPort = await service.add('api', 'main.api');
      await service.addWorker();
    } else {
      service.apiPort = await service.add('service', 'main');
    }
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.apiPort}`;
  }

  /** Process ids of each part. A supervisor stands for its children. */
  get pids(): Readonly<Partial<Record<NodePart, readonly number[]>>> {
    return Object.fromEntries(this.pidsOf);
  }

  async addWorker(): Promise<void> {
    await this.add('worker', 'main.worker');
  }

  /** @returns the port of the process */
  private async add(part: NodePart, entry: Entry): Promise<number> {
    const { server, port } = await startProcess(entry, this.options, this.cleanup);
    this.pidsOf.set(part, [...(this.pidsOf.get(part) ?? []), server.pid]);
    return port;
  }
}

let started = 0;

/** Starts one process, or a supervisor with its children. @throws if it does not listen */
export async function startProcess(entry: Entry, options: ServiceOptions, cleanup: Cleanup): Promise<StartedProcess> {
  const { build, layout, directory, settings } = options;
  const logFile = join(directory, `${entry}-${(started += 1)}.log`);
  const { PATH = '' } = process.env;
  // Only where the tests run the bench: what is measured starts as it does in production.
  const faster = build.directory === HERE.directory ? bundledService() : [];
  const server = new ServerProcess({
    program: process.execPath,
    args: [...NODE_OPTIONS, ...faster, ...profiling(entry), join(build.directory, 'dist', 'src', `${entry}.js`)],
    directory,
    logFile,
    env: {
      PATH,
      ...compileCache(),
      PORT: '0',
      ...(layout === 'processes' && { PROCESSES: `${PROCESSES}` }),
      ...settings,
    },
    stopSignals: [
      ['SIGTERM', 40_000],
      ['SIGKILL', 5_000],
    ],
  });
  await cleanup.add(() => server.stop());
  // A supervisor writes this line when all its processes listen.
  const portOf = (): string | undefined => /"port":(\d+)[^\n]*"listening"/.exec(readFileSync(logFile, 'utf8'))?.[1];
  await until(() => server.ending !== undefined || portOf() !== undefined, START_TIMEOUT_MS);
  const port = portOf();
  if (port === undefined) {
    throw new Error(`${entry} of ${build.name} did not start:\n${readFileSync(logFile, 'utf8')}`);
  }
  return { server, port: Number(port) };
}

/** `BENCH_PROFILE=directory` writes a CPU profile of each process there. */
function profiling(entry: Entry): string[] {
  const directory = process.env['BENCH_PROFILE'];
  if (!directory) return [];
  // Children of `main` inherit its options. The default name contains the process id, so it is a different one in each.
  const name = entry === 'main' ? [] : [`--cpu-prof-name=${entry}.cpuprofile`];
  return ['--cpu-prof', `--cpu-prof-dir=${directory}`, ...name];
}
