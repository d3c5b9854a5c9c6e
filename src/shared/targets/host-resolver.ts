import { lookup } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';

/** Where addresses of names come from, so that tests can turn a name. */
export abstract class HostResolver {
  /** All addresses of a name, in the order to try them. @throws an Error with a `code` such as ENOTFOUND. */
  abstract resolve(host: string): Promise<string[]>;
}

/** Asks as the operating system does: /etc/hosts and DNS. */
@Injectable()
export class SystemHostResolver extends HostResolver {
  private readonly resolver = new SharingResolver(async (host) =>
    (await lookup(host, { all: true })).map(({ address }) => address),
  );

  resolve(host: string): Promise<string[]> {
    return this.resolver.resolve(host);
  }
}

/**
 * Asks once for all who want the same name at the same time. Node.js runs two look-ups at once, unless UV_THREADPOOL_SIZE
 * says more: a name whose server does not answer must not take both of them for each delivery that waits for it.
 */
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
