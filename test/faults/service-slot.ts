import { metricIn } from '../support/metric-of.js';
import { type ServiceOptions, type ServiceProcess, spawnService, startService } from '../support/service-process.js';
import { now } from './child.js';
import { peakMbOf } from './peak-memory.js';

/** A place of the rig in which processes of the service run, one after another. */
export class ServiceSlot {
  private readonly earlier: ServiceProcess[] = [];
  private current: ServiceProcess | undefined;
  private isMeantToEnd = true;
  private peak = 0;
  /** Processes that ended by themselves. */
  unexpectedEnds = 0;
  /** Set where a fault ends processes from within: called for each, which is then started again. */
  onEnd: (() => Promise<void>) | undefined;

  constructor(
    readonly name: string,
    private readonly options: ServiceOptions,
  ) {}

  async start(): Promise<void> {
    const service = await startService(this.options);
    this.current = service;
    this.isMeantToEnd = false;
    this.earlier.push(service);
    void service.exited.then(() => {
      if (this.isMeantToEnd || this.current !== service) return;
      if (this.onEnd === undefined) this.unexpectedEnds += 1;
      else void this.onEnd().then(() => this.start());
    });
  }

  /** Starts a further process with the same settings and its own port, without waiting for it. */
  spawnAnother(): Promise<ServiceProcess> {
    return spawnService({ ...this.options, settings: { ...this.options.settings, PORT: '0' } });
  }

  get url(): string {
    return this.service.url;
  }

  get pid(): number {
    return this.service.pid;
  }

  get isRunning(): boolean {
    return this.current !== undefined && !this.current.hasEnded;
  }

  get peakMb(): number {
    return this.peak;
  }

  /** Reads its peak memory, which is unknown after its end. Linux only. */
  measure(): void {
    if (this.isRunning) this.peak = Math.max(this.peak, peakMbOf(this.pid));
  }

  /** Ends it by SIGKILL. */
  async kill(): Promise<void> {
    this.measure();
    this.isMeantToEnd = true;
    await this.current?.kill();
  }

  /** Ends it by SIGTERM. @returns its exit code, null after a signal, and how long it took */
  async stop(): Promise<{ code: number | null; ms: number }> {
    this.measure();
    this.isMeantToEnd = true;
    const startedAt = now();
    const code = this.current === undefined ? 0 : await this.current.stop();
    return { code, ms: now() - startedAt };
  }

  freeze(): void {
    this.service.signal('SIGSTOP');
  }

  thaw(): void {
    this.service.signal('SIGCONT');
  }

  /** Standard output and standard error of all its processes. */
  output(): string {
    return this.earlier.map((service) => service.output()).join('');
  }

  /** How many times its processes logged this message. */
  logged(message: string): number {
    return this.earlier.reduce((sum, { logs }) => sum + logs.filter(({ msg }) => msg === message).length, 0);
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    return metricIn(await (await fetch(`${this.url}/metrics`)).text(), name);
  }

  private get service(): ServiceProcess {
    if (this.current === undefined) throw new Error(`${this.name} was not started`);
    return this.current;
  }
}
