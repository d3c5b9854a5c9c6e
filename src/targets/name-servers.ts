import { Resolver } from 'node:dns/promises';

/**
 * c-ares shortens the wait for an answer when answers come fast, and asks again: so often that the whole time is used.
 */
const TRY_TIMEOUT_MS = 1500;
const TRIES = 4;
/** Most that a name may take: a second less than a connection may. */
const LOOK_UP_MS = 4000;
/** Once addresses of one kind are there, those of the other are waited for as long as this. */
const OTHER_KIND_MS = 500;
/** A name without an answer by then raises the question whether the name servers answer anybody. */
const PROBE_AFTER_MS = 200;
/** A probe asks for what they always know. It waits this long, or twice as long as they last took if that is longer. */
const PROBE_PATIENCE_MS = 700;
const PROBE_TRY_TIMEOUT_MS = 250;
/** Codes that a name server answered with. The others say that none did. */
const ANSWERS = new Set(['ENODATA', 'EFORMERR', 'ESERVFAIL', 'ENOTFOUND', 'ENOTIMP', 'EREFUSED', 'EBADRESP']);

/** The name servers answer nobody: no fault of the name, or of whoever it belongs to. */
export class ResolverUnreachable extends Error {
  readonly code = 'EAI_AGAIN';

  constructor() {
    super('the name servers do not answer');
  }
}

/**
 * Some name servers that are asked by sockets (c-ares), which hold no thread. They tell a name that nobody answers for,
 * since its owner's servers are dead, from servers of ours that don't answer at all.
 */
export class NameServers {
  private readonly dns = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
  private readonly prober = new Resolver({ timeout: PROBE_TRY_TIMEOUT_MS, tries: TRIES });
  private answeredMs = -Infinity;
  private patienceMs = PROBE_PATIENCE_MS;
  private probing: Promise<boolean> | undefined;

  /** @param servers addresses, perhaps with a port; when there are none, those of the system */
  constructor(servers: readonly string[]) {
    if (servers.length === 0) return;
    this.dns.setServers(servers);
    this.prober.setServers(servers);
  }

  /**
   * All addresses of a name, those of IPv4 first.
   *
   * @throws ResolverUnreachable; an Error with the code ENOTFOUND or ENODATA when there are none, ETIMEDOUT when there
   * was no answer for this name, or EAI_AGAIN
   */
  async addressesOf(host: string): Promise<string[]> {
    const startedMs = performance.now();
    const timers: NodeJS.Timeout[] = [];
    const unanswered = new Promise<never>((_resolve, reject) => {
      const limit = setTimeout(() => {
        reject(unresolved(host, 'ETIMEOUT'));
      }, LOOK_UP_MS);
      const probe = setTimeout(() => {
        void this.isSilentSince(startedMs).then((isSilent) => {
          if (isSilent) reject(new ResolverUnreachable());
        });
      }, PROBE_AFTER_MS);
      timers.push(limit, probe);
    });
    try {
      return await Promise.race([this.ask(host), unanswered]);
    } catch (error) {
      const isSilent = !(error instanceof ResolverUnreachable) && (await this.isSilentSince(startedMs));
      throw isSilent ? new ResolverUnreachable() : error;
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  private async ask(host: string): Promise<string[]> {
    const asked = [this.noted(this.dns.resolve4(host)), this.noted(this.dns.resolve6(host))];
    const answers = await settled(asked);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
    throw unresolved(host, codes.find((code) => !isUnknown(code)) ?? codes[0] ?? 'ENODATA');
  }

  /** Notes that there was an answer, be it that there is no such name. */
  private async noted<T>(asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked;
      this.answeredMs = performance.now();
      return answer;
    } catch (error) {
      if (ANSWERS.has(codeOf(error))) this.answeredMs = performance.now();
      throw error;
    }
  }

  private async isSilentSince(startedMs: number): Promise<boolean> {
    return this.answeredMs < startedMs && !(await this.isReachable()) && this.answeredMs < startedMs;
  }

  /** One probe at a time, for all who want to know. */
  private isReachable(): Promise<boolean> {
    this.probing ??= this.probe().finally(() => (this.probing = undefined));
    return this.probing;
  }

  private async probe(): Promise<boolean> {
    const startedMs = performance.now();
    const answered = this.noted(this.prober.resolveNs('.')).then(
      () => true,
      (error: unknown) => ANSWERS.has(codeOf(error)),
    );
    void answered.then((isAnswered) => {
      // Also when it comes too late: servers that are slow get more time from then on.
      if (isAnswered) this.patienceMs = Math.max(PROBE_PATIENCE_MS, 2 * (performance.now() - startedMs));
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      // An answer that came while this process was too busy to read it is read before.
      timer = setTimeout(() => setImmediate(resolve, false), this.patienceMs);
    });
    return Promise.race([answered, late]).finally(() => {
      clearTimeout(timer);
    });
  }
}

/** DNS answered, and has no address of that name. */
export function isUnknown(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

/** What became of both questions; of one alone when that has addresses and the other takes much longer. */
async function settled(asked: readonly Promise<string[]>[]): Promise<PromiseSettledResult<string[]>[]> {
  const both = Promise.allSettled(asked);
  let timer: NodeJS.Timeout | undefined;
  const first = Promise.any(asked).then(async (value) => {
    await new Promise((resolve) => (timer = setTimeout(resolve, OTHER_KIND_MS)));
    return [{ status: 'fulfilled' as const, value }];
  });
  // Without any addresses only both together tell.
  const either = Promise.race([both, first.catch(() => both)]);
  return either.finally(() => {
    clearTimeout(timer);
  });
}

function codeOf(error: unknown): string {
  return (error as { code: string }).code;
}

/** Keeps no code that would speak of the target, such as the ECONNREFUSED of a name server. */
function unresolved(host: string, code: string): Error {
  if (code === 'ETIMEOUT') {
    return Object.assign(new Error(`no name server answered for ${host}`), { code: 'ETIMEDOUT' });
  }
  const kept = isUnknown(code) ? code : 'EAI_AGAIN';
  return Object.assign(new Error(`the name servers gave no address of ${host}: ${code}`), { code: kept });
}
