import { lookup, Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { SETTINGS_TOKEN } from '../shared.module.js';
import { addressesInHostsFile } from './hosts-file.js';

const HOSTS_FILE = '/etc/hosts';
/** A second try waits twice as long: both together about as long as a connection may take. */
const TRY_TIMEOUT_MS = 1500;
const TRIES = 2;
/** The name servers of the system may change while this runs. */
const SERVERS_KEPT_MS = 60_000;

/** Where addresses of names come from, so that tests can turn a name. */
export abstract class HostResolver {
  /** All addresses of a name, in the order to try them. @throws an Error with a `code`: ETIMEDOUT, or one of DNS such as ENOTFOUND. */
  abstract resolve(host: string): Promise<string[]>;
}

/**
 * Asks /etc/hosts, DNS, and then the operating system, which may know more (search domains, multicast DNS).
 *
 * Not the operating system first: its look-up holds one of a few threads until there is an answer, so that two names
 * whose servers are dead would keep the deliveries of everybody else waiting. DNS is asked by sockets, which are many.
 */
@Injectable()
export class SystemHostResolver extends HostResolver {
  private readonly sharing = new SharingResolver((host) => this.ask(host));
  private dns = { resolver: new Resolver(), sinceMs: -Infinity };

  constructor(@Inject(SETTINGS_TOKEN) private readonly settings: Pick<Settings, 'dnsServers'>) {
    super();
  }

  resolve(host: string): Promise<string[]> {
    return this.sharing.resolve(host);
  }

  private async ask(host: string): Promise<string[]> {
    const listed = addressesInHostsFile(await readFile(HOSTS_FILE, 'utf8').catch(() => ''), host);
    if (listed.length > 0) return listed;
    try {
      return await this.askDns(host);
    } catch (error) {
      if (!isUnknown(error) || this.settings.dnsServers.length > 0) throw error;
      return (await lookup(host, { all: true })).map(({ address }) => address);
    }
  }

  private async askDns(host: string): Promise<string[]> {
    const resolver = this.resolverNow();
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const reasons = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    throw unresolved(host, reasons.find((reason) => !isUnknown(reason)) ?? reasons[0]);
  }

  private resolverNow(): Resolver {
    const nowMs = performance.now();
    if (nowMs - this.dns.sinceMs > SERVERS_KEPT_MS) {
      const resolver = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
      if (this.settings.dnsServers.length > 0) resolver.setServers(this.settings.dnsServers);
      this.dns = { resolver, sinceMs: nowMs };
    }
    return this.dns.resolver;
  }
}

/** Asks once for all who want the same name at the same time. */
export class SharingResolver extends HostResolver {
  private readonly running = new Map<string, Promise<string[]>>();

  constructor(private readonly ask: (host: string) => Promise<string[]>) {
    super();
  }

  resolve(host: string): Promise<string[]> {
    const running = this.running.get(host);
    if (running) return running;
    const asked = this.ask(host).finally(() => this.running.delete(host));
    this.running.set(host, asked);
    return asked;
  }
}

/** DNS answered, and has no address of that name. */
function isUnknown(error: unknown): boolean {
  return ['ENOTFOUND', 'ENODATA'].includes((error as { code: string }).code);
}

/** Keeps no code that would speak of the target, such as the ECONNREFUSED of a name server. */
function unresolved(host: string, cause: unknown): Error {
  const { code } = cause as { code: string };
  if (code === 'ETIMEOUT') {
    return Object.assign(new Error(`no name server answered for ${host}`, { cause }), { code: 'ETIMEDOUT' });
  }
  const kept = isUnknown(cause) ? code : 'EAI_AGAIN';
  return Object.assign(new Error(`the name servers gave no address of ${host}: ${code}`, { cause }), { code: kept });
}
