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
  async resolve(host: string): Promise<string[]> {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  }
}
