import cluster, { type Worker } from 'node:cluster';
import { takeVariable } from '../../shared/config/env.js';
import { Unavailable } from '../../shared/errors/domain-error.js';
import type { Logger } from '../../shared/logging/logger.js';
import type { Metrics } from '../../shared/metrics/metrics.js';
import { EndRequests, type EndSource } from './end-requests.js';
import { type Address, type ForeignMessage, type Order, type Report, SUPERVISED } from './messages.js';
import { OpenQuestions } from './open-questions.js';

/** Longer than the supervisor waits for a process that does not answer. */
const GATHER_TIMEOUT_MS = 8000;

/** This process was told to end before it was told to listen. */
export class EndedBeforeTurn extends Error {}

/** Ends the process. */
export type EndProcess = (end: { reason: string; hasDrain: boolean; exitCode: number }) => void;

/** This process as one of several behind one port: what its supervisor asks of it, and what it asks the supervisor. */
export class Supervised {
  /** @returns undefined if this process has no supervisor of ours. Only the first call finds it */
  static find(): Supervised | undefined {
    const isSupervised = takeVariable(SUPERVISED) !== undefined;
    return isSupervised && cluster.worker !== undefined ? new Supervised(cluster.worker) : undefined;
  }

  private readonly requests = new EndRequests();
  private readonly questions = new OpenQuestions(GATHER_TIMEOUT_MS);
  private readonly turn = Promise.withResolvers<undefined>();
  /** Renders the metrics of this process. Never rejects. */
  private renderOwn: () => Promise<string | undefined> = () => Promise.resolve(undefined);

  private constructor(private readonly worker: Worker) {
    // Nobody waits for the turn once the process listens.
    this.turn.promise.catch(() => undefined);
  }

  /** Ends this process on signals, on orders of the supervisor, and when the supervisor is gone. */
  endOnRequest(end: EndProcess): void {
    const endOnce = (source: EndSource, reason: string, hasDrain: boolean): void => {
      this.turn.reject(new EndedBeforeTurn());
      if (this.requests.isNew(source)) end({ reason, hasDrain, exitCode: 0 });
    };
    process.on('SIGTERM', () => { endOnce('signal', 'SIGTERM', true); }); // prettier-ignore
    process.on('SIGINT', () => { endOnce('signal', 'SIGINT', false); }); // prettier-ignore
    this.worker.on('disconnect', () => {
      // Otherwise Node.js exits at once, with deliveries in flight.
      this.worker.exitedAfterDisconnect = true;
      this.turn.reject(new EndedBeforeTurn());
      this.questions.giveUp();
      end({ reason: 'supervisor gone', hasDrain: false, exitCode: 1 });
    });
    this.worker.on('message', (order: Order | ForeignMessage) => {
      if (order?.kind === 'end') endOnce('supervisor', order.reason, order.hasDrain);
      else if (order) this.follow(order);
    });
    this.report({ kind: 'connected' });
  }

  /**
   * Waits until the supervisor has prepared all processes, so that the first one does not get all connections.
   *
   * @throws EndedBeforeTurn
   */
  async untilTurn(): Promise<void> {
    this.report({ kind: 'prepared' });
    await this.turn.promise;
  }

  /** Shares metrics with the other processes, and makes this one answer for all of them. */
  shareMetrics(metrics: Metrics, logger: Logger): void {
    this.renderOwn = async () => {
      try {
        return await metrics.render();
      } catch (error) {
        logger.error({ err: error }, 'metrics.failed');
        return undefined;
      }
    };
    metrics.renderAll = async () => {
      const text = await this.questions.ask((id) => { this.report({ kind: 'gather', id }); }); // prettier-ignore
      if (text === undefined) throw new Unavailable('The metrics of all processes could not be read. Try again.');
      return text;
    };
  }

  reportListening(address: Address): void {
    this.report({ kind: 'listening', address });
  }

  private follow(order: Exclude<Order, { kind: 'end' }> | NonNullable<ForeignMessage>): void {
    if (order.kind === 'listen') this.turn.resolve(undefined);
    else if (order.kind === 'ping') this.report({ kind: 'alive' });
    else if (order.kind === 'gathered') this.questions.answer(order.id, order.text);
    else if (order.kind === 'render') void this.render(order.id);
  }

  private async render(id: number): Promise<void> {
    this.report({ kind: 'rendered', id, text: await this.renderOwn() });
  }

  private report(report: Report): void {
    // A supervisor that has just died is noticed by the end of the connection.
    if (this.worker.isConnected()) this.worker.send(report, undefined, () => undefined);
  }
}
