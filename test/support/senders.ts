import { WebhookSender } from '../../src/delivery/attempt/http/webhook-sender.js';
import { Credentials } from '../../src/delivery/attempt/credentials.js';
import { SecretBox } from '../../src/shared/crypto/secret-box.js';
import { SubscriptionVault } from '../../src/subscriptions/index.js';
import type { HostResolver } from '../../src/targets/host-resolver.js';
import { TargetGuard } from '../../src/targets/target-guard.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { silentLogger } from './silent-logger.js';

export const secretBox = new SecretBox([Buffer.alloc(32, 1)]);

let opened: WebhookSender[] = [];

/** A sender that resolves no names by default, and may connect to this machine by default. */
export function aSender(
  given: {
    resolver?: HostResolver;
    allowedTargetCidrs?: string[];
    allowedTargetHosts?: string[];
    egressProxyUrl?: string;
  } = {},
): WebhookSender {
  const { resolver = { resolve: () => Promise.reject(new Error('nobody asks for a name')) } } = given;
  const rules = {
    allowedTargetCidrs: given.allowedTargetCidrs ?? ['127.0.0.0/8'],
    allowedTargetHosts: given.allowedTargetHosts ?? [],
    allowedTargetPorts: [],
    requireHttps: false,
  };
  const sender = new WebhookSender(
    new TargetGuard(rules, resolver),
    resolver,
    new Credentials(new SubscriptionVault(secretBox)),
    new SystemClock(),
    silentLogger,
    { egressProxyUrl: given.egressProxyUrl },
  );
  opened.push(sender);
  return sender;
}

/** Closes the connections of all senders of the test. */
export async function closeSenders(): Promise<void> {
  for (const sender of opened) await sender.onApplicationShutdown();
  opened = [];
}
