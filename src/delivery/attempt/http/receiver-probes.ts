import { Inject, Injectable } from '@nestjs/common';
import type { Agent, buildConnector } from 'undici';
import { type SigningKey, webhookSignature } from '../../../signing/index.js';
import { Settings } from '../../../shared/config/settings.js';
import { HostResolver, TargetGuard } from '../../../targets/index.js';
import { Clock } from '../../../shared/time/clock.js';
import { VERSION } from '../../../shared/version.js';
import {
  type Certificate,
  type Probe,
  type ProbeAnswer,
  type ProbeConnection,
  probeError,
} from '../../domain/probe.js';
import { requestHeaders } from '../../domain/sent-request.js';
import { isRedirect, pointedTo } from '../../domain/status-sentence.js';
import { tlsOf } from './certificate.js';
import { exchangeFailure } from './exchange-failure.js';
import { ownFaultOf } from './own-fault-of.js';
import { agentBy } from './receiver-agents.js';
import { receiverConnector } from './receiver-connector.js';
import { exchange, RawRequest, type Target } from './undici-adapter.js';
import { NotAttempted, resultOf } from './webhook-sender.js';

/** Marks a probe, so that a receiver can tell it from a delivery. */
const PROBE_HEADER = 'x-webhook-test';

/** Where probes go, and what they carry. */
export interface ProbedReceiver {
  readonly targetUrl: string;
  readonly keys: readonly SigningKey[];
  /** The custom headers of the subscription, names and values alternating. */
  readonly headers: readonly string[];
}

/**
 * Sends requests to receivers outside any delivery: through the same guard, connector and parser, with the same headers
 * and signatures. Nothing is claimed, retried or recorded.
 */
@Injectable()
export class ReceiverProbes {
  constructor(
    @Inject(TargetGuard) private readonly guard: TargetGuard,
    private readonly names: HostResolver,
    private readonly clock: Clock,
    @Inject(Settings) private readonly settings: Pick<Settings, 'egressProxyUrl'>,
  ) {}

  /**
   * Prepares probes of one receiver, over connections of their own. Close it.
   *
   * @param signal ends a probe in progress when it aborts; the probe then throws the reason
   * @throws BlockedTarget when the guard refuses the URL
   */
  open(receiver: ProbedReceiver, signal: AbortSignal): ProbeLine {
    const { guard, names, clock } = this;
    const url = new URL(receiver.targetUrl);
    guard.checkUrl(url);
    const ways = { guard, names, egressProxyUrl: this.settings.egressProxyUrl };
    const connectors = { verified: receiverConnector(ways), unverified: receiverConnector(ways, 'unverified') };
    return new ProbeLine(url, receiver, { connectors, clock, signal });
  }
}

interface ProbeTools {
  readonly connectors: { readonly verified: buildConnector.connector; readonly unverified: buildConnector.connector };
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Probes of one receiver, one at a time. */
export class ProbeLine {
  private readonly agent: Agent;
  private readonly target: Target;
  /** The connection that was made for the probe in progress. */
  private made: ProbeConnection | null = null;
  private readonly abort = (): void => void this.close();

  constructor(
    private readonly url: URL,
    private readonly receiver: ProbedReceiver,
    private readonly tools: ProbeTools,
  ) {
    // With one connection, a probe waits until that of the last one is free again, instead of making another.
    this.agent = agentBy(this.connect, { connections: 1 });
    this.target = { origin: url.origin, host: url.host, path: url.pathname + url.search, agentIndex: 0 };
    tools.signal.addEventListener('abort', this.abort);
  }

  /**
   * Sends a probe. Whatever the receiver or the network does is an answer, not an error.
   *
   * @param timeoutMs for the whole exchange, connecting included
   * @throws the reason of the signal; NotAttempted when a fault of this service kept the request from being sent
   */
  async send(probe: Probe, timeoutMs: number): Promise<ProbeAnswer> {
    const { clock, signal } = this.tools;
    signal.throwIfAborted();
    this.made = null;
    const startedMs = clock.monotonicMs();
    const durationMs = (): number => Math.max(0, clock.monotonicMs() - startedMs - (this.made?.setUpMs ?? 0));
    try {
      const request = new RawRequest(this.target, this.headersOf(probe), probe.body, timeoutMs, null);
      const raw = await exchange(() => this.agent, request);
      const { targetUrl } = this.receiver;
      const { location } = raw.headers;
      const to = typeof location === 'string' ? pointedTo(location, targetUrl) : undefined;
      const result = resultOf(raw, targetUrl);
      return {
        ...result,
        error: probeError(raw.statusCode, result.error),
        durationMs: durationMs(),
        connection: this.made,
        redirect: isRedirect(raw.statusCode) ? { to: to ?? null } : null,
        responseBytes: raw.bodyBytes,
        isResponseCut: raw.isBodyCut,
      };
    } catch (error) {
      signal.throwIfAborted();
      return this.failed(error, durationMs());
    }
  }

  /** Reads the receiver's certificate, even an invalid one, and sends nothing. Null if that fails, or without TLS. */
  readCertificate(): Promise<Certificate | null> {
    const { protocol, hostname, host, port } = this.url;
    if (protocol !== 'https:' || this.tools.signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.tools.connectors.unverified({ protocol, hostname, host, port }, (_error, socket) => {
        resolve(socket === null ? null : (tlsOf(socket)?.certificate ?? null));
        socket?.destroy();
      });
    });
  }

  /** Closes the connections, and with them a probe in progress. */
  async close(): Promise<void> {
    this.tools.signal.removeEventListener('abort', this.abort);
    await this.agent.destroy();
  }

  private failed(error: unknown, durationMs: number): ProbeAnswer {
    const fault = ownFaultOf(error);
    if (fault !== null) throw new NotAttempted(fault, error);
    const failure = exchangeFailure(error);
    // A defect of ours, which the log is to show.
    if (failure.code === 'internal_error') throw error;
    return {
      statusCode: null,
      error: failure,
      durationMs,
      connection: this.made,
      redirect: null,
      responseHeaders: {},
      responseBody: Buffer.alloc(0),
      responseBytes: 0,
      isResponseCut: false,
    };
  }

  private headersOf({ webhookId, timestamp, signedBody, eventType, delivery, attempt }: Probe): string[] {
    const { keys, headers } = this.receiver;
    const signature = webhookSignature({ id: webhookId, timestamp, body: signedBody }, keys);
    const values = { contentType: 'application/json', webhookId, eventType, deliveryId: delivery, attempt };
    const own = [PROBE_HEADER, 'check', ...without(PROBE_HEADER, headers)];
    return requestHeaders({ ...values, own }, { timestamp, signature, version: VERSION });
  }

  /** Connects, and remembers how long it took. */
  private readonly connect: buildConnector.connector = (options, callback) => {
    const { clock, connectors } = this.tools;
    const startedMs = clock.monotonicMs();
    connectors.verified(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      this.made = { setUpMs: clock.monotonicMs() - startedMs, tls: tlsOf(socket) };
      callback(null, socket);
    });
  };
}

/**
 * Own headers without a reserved one. A subscription may have stored it before the name was reserved. If both were
 * sent, the receiver would read their values as one.
 *
 * @param headers names and values alternating
 */
function without(reserved: string, headers: readonly string[]): string[] {
  return headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== reserved);
}
