import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Axios, type AxiosRequestConfig } from 'axios';
import { boundedCache } from '../../../shared/bounded-cache.js';
import { Settings } from '../../../shared/config/settings.js';
import { UnknownEncryptionKey } from '../../../shared/crypto/secret-box.js';
import { Logger } from '../../../shared/logging/logger.js';
import { HostResolver, TargetGuard } from '../../../targets/index.js';
import { Clock } from '../../../shared/time/clock.js';
import { VERSION } from '../../../shared/version.js';
import type { ClaimedDelivery } from '../../domain/claimed-delivery.js';
import { type AttemptResult, isSuccess, NO_PHASES } from '../../domain/attempt-outcome.js';
import { requestHeaders } from '../../domain/sent-request.js';
import { pointedTo, statusSentence } from '../../domain/status-sentence.js';
import type { OwnFault } from '../../domain/own-fault.js';
import { webhookSignature } from '../../../signing/index.js';
import { Credentials } from '../credentials.js';
import { exchangeFailure } from './exchange-failure.js';
import { ownFaultOf } from './own-fault-of.js';
import { ReceiverAgents } from './receiver-agents.js';
import { receiverConnector } from './receiver-connector.js';
import { type RawAnswer, RawRequest, type Target, undiciAdapter } from './undici-adapter.js';

const CONNECTION_AGE_MS = 30_000;
const MAX_TARGETS = 10_000;
/** Maximum characters of response headers in the history. */
const MAX_HEADERS_LENGTH = 4096;

/** The process ended during the request, so its result is unknown. The delivery is retried when its lease ends. */
export class AttemptInterrupted extends Error {}

/** Nothing was sent because of a fault of this service. This does not count as an attempt. */
export class NotAttempted extends Error {
  constructor(
    readonly fault: OwnFault,
    cause: unknown,
  ) {
    super(`nothing was sent: ${fault}`, { cause });
  }
}

/** Sends signed deliveries. Never follows a redirect, and connects only to addresses that the guard allows. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  private readonly agents: ReceiverAgents;
  private readonly http: Axios;
  private isClosed = false;
  private readonly targets = boundedCache<string, Target>(MAX_TARGETS);

  constructor(
    @Inject(TargetGuard) private readonly guard: TargetGuard,
    names: HostResolver,
    private readonly credentials: Credentials,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(Settings) { egressProxyUrl }: Pick<Settings, 'egressProxyUrl'>,
  ) {
    const connect = receiverConnector({ guard, names, egressProxyUrl });
    this.agents = new ReceiverAgents(connect, CONNECTION_AGE_MS, clock);
    // A bare instance: default settings, transforms and interceptors would cost more than the request.
    this.http = new Axios({ adapter: undiciAdapter(({ agentIndex }) => this.agents.get(agentIndex)) });
  }

  /**
   * Makes one attempt. Anything that the receiver or the network does is a result, not an error.
   *
   * @throws AttemptInterrupted when the process ends during the request; NotAttempted when a fault of this service kept
   * the request from being sent
   */
  async send(delivery: ClaimedDelivery, timeoutMs: number): Promise<AttemptResult> {
    const startedMs = this.clock.monotonicMs();
    let raw: RawRequest | null = null;
    try {
      raw = this.request(delivery, timeoutMs);
      // The adapter sets the method. With POST here, axios would first look for a content type.
      const config: AxiosRequestConfig & { raw: RawRequest } = { raw };
      const { data } = await this.http.request<RawAnswer>(config);
      const durationMs = this.clock.monotonicMs() - startedMs;
      return { ...resultOf(data, delivery.subscription.targetUrl), durationMs, ...exchangeOf(raw) };
    } catch (error) {
      if (this.isClosed) throw new AttemptInterrupted();
      const fault = error instanceof UnknownEncryptionKey ? 'encryption_key' : ownFaultOf(error);
      if (fault !== null) throw new NotAttempted(fault, error);
      const failure = exchangeFailure(error);
      if (failure.code === 'internal_error') {
        this.logger.error({ err: error, delivery_id: delivery.publicIds.delivery }, 'attempt.internal_error');
      }
      return {
        statusCode: null,
        error: failure,
        durationMs: this.clock.monotonicMs() - startedMs,
        responseHeaders: {},
        responseBody: Buffer.alloc(0),
        retryAfter: null,
        ...exchangeOf(raw),
      };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await this.agents.destroy();
  }

  private request(delivery: ClaimedDelivery, timeoutMs: number): RawRequest {
    const { subscription, payload } = delivery;
    const { event, delivery: deliveryId } = delivery.publicIds;
    const id = delivery.webhookId ?? event;
    const nowMs = this.clock.nowMs();
    const timestamp = Math.floor(nowMs / 1000);
    const { keys, headers: own, kept } = this.credentials.of(subscription, delivery.subscriptionId, nowMs);
    const signature = webhookSignature({ id, timestamp, body: payload }, keys);
    const target = this.target(subscription.targetUrl);
    const sent = { host: target.host, timestamp, signature, version: VERSION, own: kept };
    const { contentType, eventType, attempt } = delivery;
    const headers = requestHeaders({ contentType, webhookId: id, eventType, deliveryId, attempt, own }, sent);
    return new RawRequest(target, headers, payload, timeoutMs, sent);
  }

  /**
   * Checks the URL, and with it a literal address. A name is checked when it is resolved, on connecting.
   *
   * @throws BlockedTarget
   */
  private target(targetUrl: string): Target {
    const known = this.targets.get(targetUrl);
    if (known) return known;
    const url = new URL(targetUrl);
    this.guard.checkUrl(url);
    const { origin, host, pathname, search } = url;
    const target = { origin, host, path: pathname + search, agentIndex: ReceiverAgents.indexOf(origin) };
    this.targets.set(targetUrl, target);
    return target;
  }
}

/** What an answer means, as the history keeps it. */
export function resultOf(answer: RawAnswer, targetUrl: string): Omit<AttemptResult, 'durationMs' | 'phases' | 'sent'> {
  const { statusCode } = answer;
  const { location: to, 'retry-after': retryAfter } = answer.headers;
  const location = typeof to === 'string' ? pointedTo(to, targetUrl) : undefined;
  return {
    statusCode,
    error: isSuccess(statusCode) ? null : { code: 'bad_status', message: statusSentence(statusCode, location) },
    responseHeaders: keptHeaders(answer.headers),
    responseBody: answer.body,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  };
}

/** @param raw null if the request could not be made */
function exchangeOf(raw: RawRequest | null): Pick<AttemptResult, 'phases' | 'sent'> {
  return { phases: raw?.trace.phases ?? NO_PHASES, sent: raw?.trace.wasSent ? raw.kept : null };
}

function keptHeaders(headers: RawAnswer['headers']): Record<string, string> {
  const kept: Record<string, string> = {};
  let length = 0;
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    length += name.length + text.length;
    if (length > MAX_HEADERS_LENGTH) break;
    kept[name] = text;
  }
  return kept;
}
