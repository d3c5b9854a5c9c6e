import cluster, { type Worker } from 'node:cluster';
import { closeInTransit } from './in-transit.js';
import { type Address, type ForeignMessage, type Order, type Report, SUPERVISED } from './messages.js';
import { OpenQuestions } from './open-questions.js';
import { WholeLines } from './whole-lines.js';

/** Shorter than the usual timeout of a scraper, 10 s. */
const METRICS_TIMEOUT_MS = 5000;
/** Number of checks in a row without a sign of life after which a process is stuck. */
const MAX_SILENT_CHECKS = 6;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly livedMs: number;
}

/** What a child needs of its supervisor. */
export interface SupervisorSide {
  /** Metrics of all processes, or undefined if they cannot be read. Never rejects. */
  readonly gather: () => Promise<string | undefined>;
  /** Called when the child can take orders. */
  readonly onConnected: (child: Child) => void;
  /** Takes whole lines from the stdout of the child. */
  readonly writeLines: (lines: string) => void;
}

/** A process ended before it had done what was awaited. It has logged why, if it could. */
export class EndedEarly extends Error {}

/** One of the processes behind a port, from its start to its end. */
export class Child {
  /** These two reject if the process ends before. */
  readonly prepared: Promise<undefined>;
  readonly listening: Promise<Address>;
  readonly exited: Promise<Exit>;
  /** Whether it serves requests. */
  isListening = false;
  /** Checks since the start, or since the last answer to a ping. */
  private silentChecks = 0;
  private readonly questions = new OpenQuestions(METRICS_TIMEOUT_MS);
  private readonly worker: Worker;

  /** @param slot number of the process; a replacement has the number of the process that it replaces */
  constructor(
    readonly slot: number,
    private readonly supervisor: SupervisorSide,
  ) {
    const startedAtMs = performance.now();
    const prepared = Promise.withResolvers<undefined>();
    const listening = Promise.withResolvers<Address>();
    this.prepared = prepared.promise;
    this.listening = listening.promise;
    // Not everybody waits for them.
    for (const each of [this.prepared, this.listening]) each.catch(() => undefined);
    this.worker = cluster.fork({ [SUPERVISED]: '1' });
    closeInTransit(this.worker.process);
    this.worker.on('message', (report: Report | ForeignMessage) => {
      if (report?.kind === 'prepared') prepared.resolve(undefined);
      else if (report?.kind === 'listening') {
        this.isListening = true;
        listening.resolve(report.address);
      } else if (report?.kind !== undefined) this.answer(report);
    });
    const exit = new Promise<Pick<Exit, 'code' | 'signal'>>((resolve) => {
      this.worker.process.once('exit', (code, signal) => { resolve({ code, signal }); }); // prettier-ignore
      // A process that could not be started has no exit. Others fail only to get a message, because they have ended.
      this.worker.on('error', () => {
        if (this.pid === undefined) resolve({ code: null, signal: null });
      });
    });
    const written = this.passLines();
    this.exited = exit.then(async ({ code, signal }) => {
      const livedMs = performance.now() - startedAtMs;
      this.isListening = false;
      this.questions.giveUp();
      const early = new EndedEarly(`Process ${slot} ended early`);
      prepared.reject(early);
      listening.reject(early);
      await written;
      return { code, signal, livedMs };
    });
  }

  get pid(): number | undefined {
    return this.worker.process.pid;
  }

  send(order: Order): void {
    if (this.worker.isConnected()) this.worker.send(order, () => undefined);
  }

  /** @returns undefined if the process does not answer, or cannot read them */
  renderMetrics(): Promise<string | undefined> {
    return this.questions.ask((id) => { this.send({ kind: 'render', id }); }); // prettier-ignore
  }

  /** Asks whether the process is alive. @returns false if it has not answered, or not connected, for a while */
  isAlive(): boolean {
    if (this.silentChecks >= MAX_SILENT_CHECKS) return false;
    this.silentChecks += 1;
    this.send({ kind: 'ping' });
    return true;
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  private answer(report: Report): void {
    const { questions } = this;
    if (report.kind === 'connected') {
      this.silentChecks = 0;
      this.supervisor.onConnected(this);
    } else if (report.kind === 'alive') this.silentChecks = 0;
    else if (report.kind === 'rendered') questions.answer(report.id, report.text);
    else if (report.kind === 'gather') {
      const { id } = report;
      void this.supervisor.gather().then((text) => { this.send({ kind: 'gathered', id, text }); }); // prettier-ignore
    }
  }

  /** @returns when all lines have been passed on */
  private passLines(): Promise<unknown> {
    const { stdout } = this.worker.process;
    if (stdout === null || this.pid === undefined) return Promise.resolve();
    const lines = new WholeLines((block) => { this.supervisor.writeLines(block); }); // prettier-ignore
    stdout.setEncoding('utf8').on('data', (chunk: string) => { lines.add(chunk); }); // prettier-ignore
    return new Promise((resolve) => {
      stdout.once('close', () => {
        lines.end();
        resolve(undefined);
      });
    });
  }
}
