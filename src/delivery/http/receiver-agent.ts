import { Agent, type buildConnector } from 'undici';

/**
 * The client of receivers. Each of its options is chosen here, and none left to undici, whose defaults are those of a browser;
 * docs/decisions/014 says why each is what it is. How many connections there are is no matter of the client's: lanes bound that.
 *
 * @param connectionAgeMs a connection that is older is not used again
 */
export function receiverAgent(connect: buildConnector.connector, connectionAgeMs: number): Agent {
  return new Agent({
    connect,
    allowH2: false,
    pipelining: 1,
    // A name is asked for with each connection: so a receiver that moves has its traffic at the new address within this time.
    clientTtl: connectionAgeMs,
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
