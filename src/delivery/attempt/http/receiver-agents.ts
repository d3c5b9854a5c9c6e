import { Agent, type buildConnector } from 'undici';
import type { Clock } from '../../../shared/time/clock.js';

/** Agents are replaced one at a time, so that not all receivers get new connections at once. */
const AGENTS = 8;
/** How long a retired agent is kept: longer than a request may take and its connection may stay idle afterwards. */
const RETIRED_MS = 180_000;

interface Kept {
  readonly agent: Agent;
  readonly untilMs: number;
}

/**
 * HTTP client for receivers. Each new connection resolves the name again, and an agent makes no request after its
 * maximum age, so that a receiver that moves gets its traffic at the new address within that time. undici has an option
 * for this (`clientTtl`), but then it checks all connections of a receiver at each request, which costs a tenth of the
 * request.
 */
export class ReceiverAgents {
  private readonly kept: Kept[];
  /** Replaced agents that may still have requests in flight. */
  private readonly retired = new Set<Agent>();
  private isDestroyed = false;

  /** @param ageMs maximum age of an agent; no request starts on an older one */
  constructor(
    private readonly connect: buildConnector.connector,
    private readonly ageMs: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {
    const nowMs = clock.monotonicMs();
    this.kept = Array.from({ length: AGENTS }, (_, n) => this.create(nowMs + (ageMs * (n + 1)) / AGENTS));
  }

  /** Index of the agent for an origin. */
  static indexOf(origin: string): number {
    let sum = 0;
    for (let n = 0; n < origin.length; n += 1) sum += origin.charCodeAt(n);
    return sum % AGENTS;
  }

  get(index: number): Agent {
    const nowMs = this.clock.monotonicMs();
    const kept = this.kept[index];
    if (kept !== undefined && (nowMs < kept.untilMs || this.isDestroyed)) return kept.agent;
    if (kept !== undefined) this.retire(kept.agent);
    const next = this.create(nowMs + this.ageMs);
    this.kept[index] = next;
    return next.agent;
  }

  /** Aborts the requests in flight. */
  async destroy(): Promise<void> {
    this.isDestroyed = true;
    const all = [...this.kept.map(({ agent }) => agent), ...this.retired];
    await Promise.all(all.map((agent) => agent.destroy()));
  }

  /**
   * The agent is not closed, because undici could then no longer destroy it. Its connections close by themselves,
   * seconds after their last request.
   */
  private retire(agent: Agent): void {
    this.retired.add(agent);
    setTimeout(() => this.retired.delete(agent), RETIRED_MS).unref();
  }

  private create(untilMs: number): Kept {
    return { agent: agentBy(this.connect), untilMs };
  }
}

/**
 * Sets every option explicitly, because undici's defaults suit a browser; docs/decisions/014 gives the reasons. The
 * number of connections has no limit here, because lanes limit it.
 */
export function agentBy(connect: buildConnector.connector, options: Pick<Agent.Options, 'connections'> = {}): Agent {
  return new Agent({
    ...options,
    connect,
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 15_000,
    keepAliveTimeoutThreshold: 2000,
    maxHeaderSize: 131_072,
    // The adapter limits the time of the whole exchange and the size of the body.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: -1,
  });
}
