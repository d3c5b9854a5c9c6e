import { Agent, type buildConnector } from 'undici';
import type { Clock } from '../../../shared/time/clock.js';

/** Agents are renewed one after the other, so that not all receivers get new connections at the same time. */
const AGENTS = 8;
/** Longer than a request may take, and its connection may be idle after it. */
const FORMER_MS = 180_000;

interface Kept {
  readonly agent: Agent;
  readonly untilMs: number;
}

/**
 * The HTTP client for receivers. Each new connection resolves the name, and no connection outlives its agent, so a
 * receiver that moves gets its traffic at the new address within that time. undici can do this itself (`clientTtl`),
 * but then it looks at all connections of a receiver for each request, which costs a tenth of the request.
 */
export class ReceiverAgents {
  private readonly kept: Kept[];
  /** Those that were renewed lately, for what is still under way on them. */
  private readonly former = new Set<Agent>();
  private isDestroyed = false;

  /** @param ageMs a connection that is older is not used again */
  constructor(
    private readonly connect: buildConnector.connector,
    private readonly ageMs: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {
    const nowMs = clock.monotonicMs();
    this.kept = Array.from({ length: AGENTS }, (_, n) => this.make(nowMs + (ageMs * (n + 1)) / AGENTS));
  }

  /** Which of the agents is that of an origin. */
  static placeOf(origin: string): number {
    let sum = 0;
    for (let n = 0; n < origin.length; n += 1) sum += origin.charCodeAt(n);
    return sum % AGENTS;
  }

  at(place: number): Agent {
    const nowMs = this.clock.monotonicMs();
    const kept = this.kept[place];
    if (kept !== undefined && (nowMs < kept.untilMs || this.isDestroyed)) return kept.agent;
    if (kept !== undefined) this.leave(kept.agent);
    const next = this.make(nowMs + this.ageMs);
    this.kept[place] = next;
    return next.agent;
  }

  /** Breaks off what is under way. */
  async destroy(): Promise<void> {
    this.isDestroyed = true;
    const all = [...this.kept.map(({ agent }) => agent), ...this.former];
    await Promise.all(all.map((agent) => agent.destroy()));
  }

  /**
   * Its connections end by themselves, seconds after their last request. An agent that is closed could not be destroyed
   * any more.
   */
  private leave(agent: Agent): void {
    this.former.add(agent);
    setTimeout(() => this.former.delete(agent), FORMER_MS).unref();
  }

  private make(untilMs: number): Kept {
    return { agent: agentBy(this.connect), untilMs };
  }
}

/**
 * Each option is chosen here, and none is left to undici, whose defaults are those of a browser; docs/decisions/014
 * gives the reasons. The number of connections is not the client's business: lanes bound it.
 */
function agentBy(connect: buildConnector.connector): Agent {
  return new Agent({
    connect,
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 15_000,
    keepAliveTimeoutThreshold: 2000,
    maxHeaderSize: 131_072,
    // The exchange as a whole has a time of its own, and of the body no more is read than is wanted.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: -1,
  });
}
