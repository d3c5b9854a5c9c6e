import { Resolver } from 'node:dns/promises';

/**
 * Timeout of the first try. c-ares adapts it to how fast servers answer, so several tries are needed to use the whole
 * look-up time.
 */
const TRY_TIMEOUT_MS = 1500;
const TRIES = 4;
/** Maximum time for one name: one second less than the connect timeout. */
const LOOK_UP_MS = 4000;
/** After the first address family has answered, the other one gets this much longer. */
const OTHER_FAMILY_MS = 500;
/** If a name has no answer by then, a probe checks whether the name servers answer at all. */
const PROBE_AFTER_MS = 200;
/** Minimum time a probe waits for an answer; twice the duration of the last answered probe if that is longer. */
const MIN_PROBE_TIMEOUT_MS = 700;
const PROBE_TRY_TIMEOUT_MS = 250;
/** Error codes that mean a name server answered. */
const ANSWERS = new Set(['ENODATA', 'EFORMERR', 'ESERVFAIL', 'ENOTFOUND', 'ENOTIMP', 'EREFUSED', 'EBADRESP']);

/** The name servers do not answer any query, so the target is not to blame. */
export class ResolverUnreachable extends Error {
  readonly code = 'EAI_AGAIN';

  constructor() {
    super('the name servers do not answer');
  }
}

/**
 * Queries name servers through sockets (c-ares), which occupy no thread. Distinguishes a name whose own servers are
 * dead from name servers of ours that do not answer at all.
 */
export class NameServers {
  private readonly dns = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
  private readonly prober = new Resolver({ timeout: PROBE_TRY_TIMEOUT_MS, tries: TRIES });
  private answeredMs = -Infinity;
  private probeTimeoutMs = MIN_PROBE_TIMEOUT_MS;
  private probing: Promise<boolean> | undefined;

  /** @param servers addresses, optionally with a port; if empty, the system's name servers */
  constructor(servers: readonly string[]) {
    if (servers.length === 0) return;
    this.dns.setServers(servers);
    this.prober.setServers(servers);
  }

  /**
   * Returns the addresses of a name, IPv4 first.
   *
   * @throws ResolverUnreachable; an Error with the code ENOTFOUND or ENODATA if there are none, ETIMEDOUT if this name
   * got no answer, or EAI_AGAIN for any other failure
   */
  async addressesOf(host: string): Promise<string[]> {
    const startedMs = performance.now();
    const timers: NodeJS.Timeout[] = [];
    const unanswered = new Promise<never>((_resolve, reject) => {
      const limit = setTimeout(() => {
        reject(unresolved(host, 'ETIMEOUT'));
      }, LOOK_UP_MS);
      const probe = setTimeout(() => {
        void this.areSilentSince(startedMs).then((areSilent) => {
          if (areSilent) reject(new ResolverUnreachable());
        });
      }, PROBE_AFTER_MS);
      timers.push(limit, probe);
    });
    try {
      return await Promise.race([this.query(host), unanswered]);
    } catch (error) {
      const areSilent = !(error instanceof ResolverUnreachable) && (await this.areSilentSince(startedMs));
      throw areSilent ? new ResolverUnreachable() : error;
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  private async query(host: string): Promise<string[]> {
    const queries = [this.recorded(this.dns.resolve4(host)), this.recorded(this.dns.resolve6(host))];
    const answers = await settled(queries);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
    throw unresolved(host, codes.find((code) => !isUnknown(code)) ?? codes[0] ?? 'ENODATA');
  }

  /** Records the time of any answer, including "no such name". */
  private async recorded<T>(query: Promise<T>): Promise<T> {
    try {
      const answer = await query;
      this.answeredMs = performance.now();
      return answer;
    } catch (error) {
      if (ANSWERS.has(codeOf(error))) this.answeredMs = performance.now();
      throw error;
    }
  }

  private async areSilentSince(startedMs: number): Promise<boolean> {
    return this.answeredMs < startedMs && !(await this.isReachable()) && this.answeredMs < startedMs;
  }

  /** Runs one probe at a time, shared by all callers. */
  private isReachable(): Promise<boolean> {
    this.probing ??= this.probe().finally(() => (this.probing = undefined));
    return this.probing;
  }

  private async probe(): Promise<boolean> {
    const startedMs = performance.now();
    const answered = this.recorded(this.prober.resolveNs('.')).then(
      () => true,
      (error: unknown) => ANSWERS.has(codeOf(error)),
    );
    void answered.then((isAnswered) => {
      // Applies to late answers too, so that slow servers get more time in the next probe.
      if (isAnswered) this.probeTimeoutMs = Math.max(MIN_PROBE_TIMEOUT_MS, 2 * (performance.now() - startedMs));
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      // setImmediate lets an answer be read first that arrived while this process was busy.
      timer = setTimeout(() => setImmediate(resolve, false), this.probeTimeoutMs);
    });
    return Promise.race([answered, late]).finally(() => {
      clearTimeout(timer);
    });
  }
}

/** Whether the code means that DNS has no address for the name. */
export function isUnknown(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

/** Waits for both queries, or for one if it has addresses and the other takes much longer. */
async function settled(queries: readonly Promise<string[]>[]): Promise<PromiseSettledResult<string[]>[]> {
  const both = Promise.allSettled(queries);
  let timer: NodeJS.Timeout | undefined;
  const first = Promise.any(queries).then(async (value) => {
    await new Promise((resolve) => (timer = setTimeout(resolve, OTHER_FAMILY_MS)));
    return [{ status: 'fulfilled' as const, value }];
  });
  // If neither has addresses, both results are needed.
  const either = Promise.race([both, first.catch(() => both)]);
  return either.finally(() => {
    clearTimeout(timer);
  });
}

function codeOf(error: unknown): string {
  return (error as { code: string }).code;
}

/** Drops codes that would seem to describe the target, such as ECONNREFUSED from a name server. */
function unresolved(host: string, code: string): Error {
  if (code === 'ETIMEOUT') {
    return Object.assign(new Error(`no name server answered for ${host}`), { code: 'ETIMEDOUT' });
  }
  const kept = isUnknown(code) ? code : 'EAI_AGAIN';
  return Object.assign(new Error(`the name servers returned no address for ${host}: ${code}`), { code: kept });
}
