import { isIPv4, type LookupFunction } from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Axios, type AxiosRequestConfig } from 'axios';
import { LRUCache } from 'lru-cache';
import { Agent } from 'undici';
import type { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { SETTINGS_TOKEN } from '../../shared/shared.module.js';
import { TargetGuard } from '../../shared/targets/target-guard.js';
import { Clock } from '../../shared/time/clock.js';
import { VERSION } from '../../shared/version.js';
import type { ClaimedDelivery } from '../delivery.entity.js';
import { type AttemptResult, isSuccess } from '../domain/attempt-outcome.js';
import { webhookSignature } from '../domain/webhook-signer.js';
import { Credentials } from '../credentials.js';
import { egressConnector } from './egress-proxy.js';
import { exchangeFailure } from './exchange-failure.js';
import { type RawAnswer, RawRequest, undiciAdapter } from './undici-adapter.js';

const CONNECT_TIMEOUT_MS = 5000;
const USER_AGENT = `webhook-delivery-service/${VERSION}`;
const MAX_TARGETS = 10_000;
/** Most characters of response headers that the history keeps. */
const MAX_HEADERS_LENGTH = 4096;

interface Target {
  readonly origin: string;
  readonly path: string;
}

/** What became of the request is not known, and left to the lease. */
export class AttemptBrokenOff extends Error {}

/** Sends deliveries: signed, never redirected, only to where the guard lets them go. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  private readonly agent: Agent;
  private readonly http: Axios;
  private isClosed = false;
  private readonly targets = new LRUCache<string, Target>({ max: MAX_TARGETS });

  constructor(
    @Inject(TargetGuard) private readonly guard: TargetGuard,
    private readonly credentials: Credentials,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(SETTINGS_TOKEN) { egressProxyUrl }: Pick<Settings, 'egressProxyUrl'>,
  ) {
    this.agent = new Agent({
      allowH2: false,
      pipelining: 1,
      connect:
        egressProxyUrl === undefined
          ? { timeout: CONNECT_TIMEOUT_MS, lookup: guardedLookup(guard) }
          : egressConnector(guard, new URL(egressProxyUrl), CONNECT_TIMEOUT_MS),
    });
    // Bare: no defaults, no transforms, no interceptors. They cost more than the request.
    this.http = new Axios({ adapter: undiciAdapter(this.agent) });
  }

  /**
   * Makes one attempt: whatever a receiver or the network does is a result.
   *
   * @throws AttemptBrokenOff when the process ends under it, which is nobody's result
   */
  async send(delivery: ClaimedDelivery, timeoutMs: number): Promise<AttemptResult> {
    const startedMs = this.clock.monotonicMs();
    try {
      const raw = this.request(delivery, timeoutMs);
      // Its method is the adapter's business. Of a POST, axios would look for a content type first.
      const config: AxiosRequestConfig & { raw: RawRequest } = { raw };
      const { data } = await this.http.request<RawAnswer>(config);
      return answered(data, this.clock.monotonicMs() - startedMs);
    } catch (error) {
      if (this.isClosed) throw new AttemptBrokenOff();
      const failure = exchangeFailure(error);
      if (failure.code === 'internal_error') {
        this.logger.error({ err: error, delivery_id: delivery.publicIds.delivery }, 'attempt.broken_here');
      }
      return {
        statusCode: null,
        error: failure,
        durationMs: this.clock.monotonicMs() - startedMs,
        responseHeaders: {},
        responseBody: Buffer.alloc(0),
        retryAfter: null,
      };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await this.agent.destroy();
  }

  private request(delivery: ClaimedDelivery, timeoutMs: number): RawRequest {
    const { subscription, payload } = delivery;
    const { event: id, delivery: deliveryId } = delivery.publicIds;
    const nowMs = this.clock.nowMs();
    const timestamp = Math.floor(nowMs / 1000);
    const { keys, headers: own } = this.credentials.of(subscription, delivery.subscriptionId, nowMs);
    const headers = [
      'content-type',
      delivery.contentType,
      'webhook-id',
      id,
      'webhook-timestamp',
      String(timestamp),
      'webhook-signature',
      webhookSignature({ id, timestamp, body: payload }, keys),
      'x-event-type',
      delivery.eventType,
      'x-webhook-delivery',
      deliveryId,
      'x-webhook-attempt',
      String(delivery.attempt),
      'user-agent',
      USER_AGENT,
      'accept-encoding',
      'identity',
      ...own,
    ];
    return new RawRequest(this.target(subscription.targetUrl), headers, payload, timeoutMs);
  }

  /** @throws BlockedTarget. Node asks no resolver for a literal address: that one is judged here, a name at the connect. */
  private target(targetUrl: string): Target {
    const known = this.targets.get(targetUrl);
    if (known) return known;
    const url = new URL(targetUrl);
    this.guard.checkUrl(url);
    const target = { origin: url.origin, path: url.pathname + url.search };
    this.targets.set(targetUrl, target);
    return target;
  }
}

/** Resolves a name for a connection; the connection is made to the addresses that were judged. */
function guardedLookup(guard: TargetGuard): LookupFunction {
  return (hostname, options, callback) => {
    guard.addressesOf(hostname).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }));
        const [first] = found;
        if (options.all) callback(null, found);
        else if (first) callback(null, first.address, first.family);
        else callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENODATA' }), '', 0);
      },
      (error: unknown) => {
        callback(error as Error, '', 0);
      },
    );
  };
}

function answered(answer: RawAnswer, durationMs: number): AttemptResult {
  const { statusCode } = answer;
  const retryAfter = answer.headers['retry-after'];
  return {
    statusCode,
    error: isSuccess(statusCode) ? null : { code: 'bad_status', message: `the receiver answered ${statusCode}` },
    durationMs,
    responseHeaders: keptHeaders(answer.headers),
    responseBody: answer.body,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  };
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
