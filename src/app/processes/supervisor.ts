import cluster from 'node:cluster';
import { InvalidSettings, type Settings } from '../../shared/config/settings.js';
import { finishLog, type Logger, loggerOf, writeLines } from '../../shared/logging/logger.js';
import { Snapshot } from '../../shared/snapshot.js';
import { SystemClock } from '../../shared/time/clock.js';
import { CLOSING_MS } from '../ending.js';
import { logEnd } from '../life-lines.js';
import { Child, EndedEarly, type Exit } from './child.js';
import { mergedMetrics } from './merged-metrics.js';
import type { Order } from './messages.js';
import { MAX_SHORT_LIVES, replacementAfter } from './replacement.js';
import { SupervisorMetrics } from './supervisor-metrics.js';

/** Interval between pings of each process. Six without an answer are half a minute. */
const PING_MS = 5000;
/** Time for processes to exit by themselves when their shutdown has taken too long. */
const EXIT_MS = 1000;
/** `/metrics` is public, so its answer is reused for this time. */
const METRICS_LIFE_MS = 1000;

/**
 * Runs several processes behind one port, and does nothing else: it hands over connections, replaces processes that
 * end, passes on signals and log lines, and collects metrics.
 */
export class Supervisor {
  private readonly children = new Map<number, Child>();
  /** Number of short lives in a row of the processes of a slot. */
  private readonly shortLives = new Map<number, number>();
  private readonly pauses = new Set<NodeJS.Timeout>();
  private readonly logger: Logger;
  private readonly metrics: SupervisorMetrics;
  private readonly gathered: Snapshot<string | undefined>;
  private isServing = false;
  private isForced = false;
  /** Set once the shutdown has begun. */
  private endOrder: Order | undefined;

  /** @throws InvalidSettings if this process is one of several already */
  constructor(private readonly settings: Settings) {
    if (cluster.isWorker) {
      throw new InvalidSettings([
        `PROCESSES must be 1 here, not ${settings.processes}: another program, such as pm2 in cluster mode, already ` +
          'runs several of these processes. Leave PROCESSES out, or start the service without that program',
      ]);
    }
    this.logger = loggerOf(settings);
    this.metrics = new SupervisorMetrics(() => this.listening.length);
    this.gathered = new Snapshot(() => this.gather(), METRICS_LIFE_MS, new SystemClock());
    cluster.schedulingPolicy = cluster.SCHED_RR;
    // On a terminal, each process formats its own lines.
    cluster.setupPrimary({ stdio: ['ignore', process.stdout.isTTY ? 'inherit' : 'pipe', 'inherit', 'ipc'] });
  }

  /**
   * Starts all processes, and ends them on SIGTERM or SIGINT. If one does not start, it logs why, and all end.
   *
   * @returns whether all of them listen
   */
  async start(): Promise<boolean> {
    process.on('SIGTERM', () => { this.end(0, 'SIGTERM', true); }); // prettier-ignore
    process.on('SIGINT', () => { this.end(0, 'SIGINT'); }); // prettier-ignore
    setInterval(() => { this.endStuck(); }, PING_MS).unref(); // prettier-ignore
    const { processes } = this.settings;
    try {
      // The first one alone migrates, and alone says what is wrong.
      const first = this.fork(1);
      await first.prepared;
      if (this.isEnding()) return false;
      const others = Array.from({ length: processes - 1 }, (_, index) => this.fork(index + 2));
      await Promise.all(others.map(({ prepared }) => prepared));
      // It alone says that the port is taken.
      first.send({ kind: 'listen' });
      const { host, port, adminPort } = await first.listening;
      for (const each of others) each.send({ kind: 'listen' });
      await Promise.all(others.map(({ listening }) => listening));
      if (this.isEnding()) return false;
      this.isServing = true;
      const pids = [first, ...others].map(({ pid }) => pid);
      this.logger.info({ host, port, admin_port: adminPort, queue: 'bull', processes, pids }, 'listening');
      return true;
    } catch (error) {
      // `onExit` ends the others.
      if (error instanceof EndedEarly) return false;
      throw error;
    }
  }

  private isEnding(): boolean {
    return this.endOrder !== undefined;
  }

  private get listening(): Child[] {
    return [...this.children.values()].filter(({ isListening }) => isListening);
  }

  private fork(slot: number): Child {
    const child = new Child(slot, {
      gather: () => this.gathered.get(),
      onConnected: (connected) => {
        if (this.endOrder) connected.send(this.endOrder);
      },
      writeLines: (lines) => { writeLines(this.settings, lines); }, // prettier-ignore
    });
    this.children.set(slot, child);
    void child.exited.then((exit) => { this.onExit(child, exit); }); // prettier-ignore
    return child;
  }

  private onExit(child: Child, { code, signal, livedMs }: Exit): void {
    if (this.endOrder) return;
    const { slot, pid } = child;
    this.children.delete(slot);
    if (!this.isServing) {
      this.end(1, 'start failed');
      return;
    }
    const isServed = this.listening.length > 0;
    const { shortLives, pauseMs } = replacementAfter(this.shortLives.get(slot) ?? 0, livedMs, isServed);
    this.shortLives.set(slot, shortLives);
    const fields = {
      process: slot,
      ended_pid: pid,
      exit_code: code,
      signal,
      uptime_seconds: Math.round(livedMs / 1000),
    };
    if (pauseMs === null) {
      this.logger.error({ ...fields, short_lives: shortLives }, 'process.given_up');
      this.end(1, 'processes keep ending');
      return;
    }
    const pauseSeconds = pauseMs / 1000;
    this.logger[code === 0 ? 'warn' : 'error']({ ...fields, pause_seconds: pauseSeconds }, 'process.ended');
    if (shortLives >= MAX_SHORT_LIVES) {
      const trouble = { process: slot, short_lives: shortLives, pause_seconds: pauseSeconds };
      this.logger.warn(trouble, 'process.keeps_ending');
    }
    this.metrics.replaced.inc();
    const pause = setTimeout(() => {
      this.pauses.delete(pause);
      this.replace(slot);
    }, pauseMs);
    this.pauses.add(pause);
  }

  private replace(slot: number): void {
    const child = this.fork(slot);
    child.prepared
      .then(() => {
        child.send({ kind: 'listen' });
      }) // prettier-ignore
      .then(() => child.listening)
      .then(
        () => { this.logger.info({ process: slot, started_pid: child.pid }, 'process.replaced'); }, // prettier-ignore
        // Its end is handled like that of any other.
        () => undefined,
      );
  }

  /**
   * Kills processes that have not answered for half a minute, or have not connected by then. They are then replaced, or
   * fail the start of all.
   */
  private endStuck(): void {
    if (this.endOrder) return;
    for (const child of this.children.values()) {
      if (child.isAlive()) continue;
      this.logger.error({ process: child.slot, stuck_pid: child.pid }, 'process.stuck');
      child.kill();
    }
  }

  /** A failure costs one scrape. Unhandled, it would end the supervisor, and the port with it. */
  private async gather(): Promise<string | undefined> {
    const answers = this.listening.map(async (child) => {
      return { process: String(child.slot), text: (await child.renderMetrics()) ?? '' };
    });
    try {
      const own = { process: 'supervisor', text: await this.metrics.render() };
      return mergedMetrics([...(await Promise.all(answers)), own]);
    } catch (error) {
      this.logger.error({ err: error }, 'metrics.failed');
      return undefined;
    }
  }

  /**
   * Ends all processes and exits. A second call cuts the drain of the processes short.
   *
   * @param hasDrain whether the processes serve requests for SHUTDOWN_DRAIN before they close
   */
  private end(exitCode: number, reason: string, hasDrain = false): void {
    const isFirst = this.endOrder === undefined;
    this.endOrder = { kind: 'end', reason, hasDrain };
    for (const child of this.children.values()) child.send(this.endOrder);
    if (isFirst) void this.exit(exitCode, reason, hasDrain);
  }

  private async exit(exitCode: number, reason: string, hasDrain: boolean): Promise<void> {
    const { settings } = this;
    const beganAtMs = performance.now();
    for (const pause of this.pauses) clearTimeout(pause);
    const drainMs = hasDrain ? settings.shutdownDrain * 1000 : 0;
    const deadlineMs = drainMs + settings.shutdownTimeout * 1000 + CLOSING_MS + EXIT_MS;
    setTimeout(() => {
      this.isForced = true;
      for (const child of this.children.values()) child.kill();
    }, deadlineMs);
    const exits = await Promise.all([...this.children.values()].map(({ exited }) => exited));
    const hasFailed = exits.some(isFailure);
    const finalCode = exitCode === 0 && hasFailed ? 1 : exitCode;
    await finishLog(settings);
    logEnd(settings, { reason, exitCode: finalCode, beganAtMs, isForced: this.isForced });
    process.exit(finalCode);
  }
}

/** A process may get a signal before it handles signals. */
function isFailure({ code, signal }: Exit): boolean {
  return code !== 0 && signal !== 'SIGTERM' && signal !== 'SIGINT';
}
