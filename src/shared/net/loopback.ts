/** Names and addresses that reach only this machine. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Names of this machine that no one else can register. The second is the name by which containers reach their host. */
const OWN_NAME = /^([a-z0-9-]+\.localhost|host\.docker\.internal)$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Whether the name belongs to this machine. Any other name may be a web page's own, rebound to this machine. */
export function isOwnName(host: string): boolean {
  return LOOPBACK.test(host) || OWN_NAME.test(host);
}
