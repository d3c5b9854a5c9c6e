/** Names and addresses under which only this machine is reached. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Names of this machine that nobody else can own. The second is how its containers call it. */
const OWN_NAME = /^([a-z0-9-]+\.localhost|host\.docker\.internal)$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Whether a request to this name was meant for this machine, and not for a page whose name was turned to it. */
export function isOwnName(host: string): boolean {
  return LOOPBACK.test(host) || OWN_NAME.test(host);
}
