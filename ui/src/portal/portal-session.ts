import { mayPass } from '../api/failure';
import type { ExchangedPortalSessionAnswer } from '../api/generated';
import { nowMs } from '../lib/clock';
import { Store } from '../lib/store';
import type { Host } from './host';
import type { ExpiredReason } from './messages';

/** What the session allows, and what the page must know of it. The token is not part of it. */
export type Terms = Omit<ExchangedPortalSessionAnswer, 'token'>;

/**
 * `opening`: there is nothing to show yet. `open`: the screens can ask. `renewing`: the host was asked for a new link,
 * and requests wait. `ended`: requests are refused until somebody does what `words` say. Screens stay from the first
 * terms on.
 */
export interface PortalView {
  readonly phase: 'opening' | 'open' | 'renewing' | 'ended';
  readonly terms: Terms | null;
  /** Why it ended and what to do. */
  readonly words: string | null;
}

/**
 * Whom a session is for and what it may see: a renewed session goes on with what is on the page only if it is equal.
 */
export function scopeOf({ tenant_id: tenantId, subscription_ids: ids, capabilities }: Terms): string {
  return JSON.stringify([tenantId, ids === null ? null : [...ids].sort(), [...capabilities].sort()]);
}

export interface Surroundings {
  /** @throws Refused, Unreachable */
  readonly exchange: (code: string) => Promise<ExchangedPortalSessionAnswer>;
  /** The page around this one; null if there is none. */
  readonly host: Promise<Pick<Host, 'ask' | 'tell'> | null>;
  /** Leads to a page that makes a new session. @returns whether it does; not if something typed would be lost */
  readonly goAndRenew: (refreshUrl: string) => boolean;
  /** What this tab knows of an earlier session. */
  readonly remembered: Pick<Terms, 'return_url' | 'refresh_url'> | null;
}

/** The host is asked so long before the end. */
const AHEAD_MS = 60_000;
/** Even if the clock of the browser is wrong, the host is not asked more often. */
const MIN_LIFE_MS = 30_000;
/** Timers count with 32 bits. */
const MAX_TIMER_MS = 2_147_483_647;
const RETRY_MS = 1000;
/** Codes live for a minute. */
const MAX_TRIES = 60;

/** The session of a portal: begins with a code, is renewed by another one, and keeps its token in memory alone. */
export class PortalSession {
  readonly view = new Store<PortalView>({ phase: 'opening', terms: null, words: null });
  private token: string | null = null;
  private renewal: Promise<boolean> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly surroundings: Surroundings) {}

  /** The token for a request, as soon as there is one; null if there is none any more. */
  async bearer(): Promise<string | null> {
    if (this.token === null) await this.renewal;
    return this.token;
  }

  /** The scope of the last session; null before the first. */
  scope(): string | null {
    const { terms } = this.view.get();
    return terms && scopeOf(terms);
  }

  /** Begins with the code of a link, or without one, if the page was reloaded. */
  async begin(code: string | null): Promise<void> {
    if (code !== null && (await this.take(code))) return;
    // The frame of a host that is reloaded has the old link.
    if (code === null || (await this.surroundings.host) !== null) await this.renew('reloaded');
  }

  /** Exchanges a code. A new one replaces the session: the host knows who is signed in. */
  async take(code: string): Promise<boolean> {
    try {
      this.enter(await this.exchangePatiently(code));
      return true;
    } catch (error) {
      this.end(error instanceof Error ? error.message : 'The portal could not be opened.');
      return false;
    }
  }

  /**
   * The service refused a request.
   *
   * @param used the token of that request
   * @returns whether there is another one now, so that the request may be made again
   */
  async noteRefusal(used: string): Promise<boolean> {
    if (this.token !== null && this.token !== used) return true;
    return this.renew('ended');
  }

  /** Asks for a new link, once for all who wait for it. @returns whether the session goes on */
  private renew(reason: ExpiredReason): Promise<boolean> {
    this.renewal ??= this.askAnew(reason).finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async askAnew(reason: ExpiredReason): Promise<boolean> {
    const hasEnded = reason !== 'expiring';
    if (hasEnded) {
      this.token = null;
      this.change({ phase: this.view.get().terms === null ? 'opening' : 'renewing' });
    }
    const host = await this.surroundings.host;
    const code = (await host?.ask(reason)) ?? null;
    if (code !== null) return this.take(code);
    // The session goes on until the service refuses it.
    if (!hasEnded) return true;
    const refreshUrl = this.known()?.refresh_url ?? null;
    if (refreshUrl !== null && this.surroundings.goAndRenew(refreshUrl)) return false;
    this.end(this.wordsFor(reason, host !== null));
    return false;
  }

  private async exchangePatiently(code: string): Promise<ExchangedPortalSessionAnswer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.surroundings.exchange(code);
      } catch (error) {
        const isAway = mayPass(error);
        if (!isAway || tries === MAX_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private enter({ token, ...terms }: ExchangedPortalSessionAnswer): void {
    this.token = token;
    this.change({ phase: 'open', terms, words: null });
    clearTimeout(this.timer);
    const lifeMs = Math.max(Date.parse(terms.expires_at) - nowMs() - AHEAD_MS, MIN_LIFE_MS);
    this.timer = setTimeout(() => void this.renewAhead(), Math.min(lifeMs, MAX_TIMER_MS));
    void this.surroundings.host.then((host) =>
      host?.tell({ type: 'webhook-portal:ready', expires_at: terms.expires_at }),
    );
  }

  /** Only a host can renew without leaving the page. */
  private async renewAhead(): Promise<void> {
    if ((await this.surroundings.host) !== null) await this.renew('expiring');
  }

  private end(words: string): void {
    const { phase } = this.view.get();
    // A code that is refused does no harm to a session that is in use.
    if (phase === 'open') return;
    this.token = null;
    this.change({ phase: 'ended', words });
  }

  private change(by: Partial<PortalView>): void {
    this.view.set({ ...this.view.get(), ...by });
  }

  /** Where the customer came from, as far as this tab knows. */
  private known(): Surroundings['remembered'] {
    return this.view.get().terms ?? this.surroundings.remembered;
  }

  private wordsFor(reason: ExpiredReason, hasHost: boolean): string {
    const url = this.known()?.return_url;
    const place = url === undefined ? 'the page that led you here' : (URL.parse(url)?.host ?? url);
    const again = hasHost ? 'Reload the page around it.' : `Go back to ${place}, and open the portal again.`;
    if (reason === 'ended') return `Your session has ended. ${again}`;
    if (this.known() === null) return `The portal is opened by a link that works once. ${again}`;
    return `Reloading the page ended your session, because only the page had it. ${again}`;
  }
}
