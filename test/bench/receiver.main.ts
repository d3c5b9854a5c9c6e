import { createHmac } from 'node:crypto';
import { createServer, type Socket } from 'node:net';

/**
 * A receiver that costs little: it reads just enough HTTP/1.1 to answer each request, and checks the signature of a sample.
 * Talks to its parent by messages.
 */
export interface ReceiverReport {
  readonly received: number;
  readonly wrongSignatures: number;
  /** By `webhook-id` and path: when it came, in Unix milliseconds with fractions. */
  readonly times: readonly (readonly [key: string, atMs: number])[];
}

type Command =
  { reset: { secrets: Record<string, string> } } | { behave: { path: string; as: Behaviour } } | 'report' | 'count';
/** `fail` answers 500, `hang` never answers. */
export type Behaviour = 'ok' | 'fail' | 'hang';

const SAMPLE = 100;
const MAX_TIMES = 200_000;
const OK = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
const FAILED = Buffer.from('HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno');

let received = 0;
let wrongSignatures = 0;
let secrets: Record<string, string> = {};
let times: [string, number][] = [];
const behaviours = new Map<string, Behaviour>();

const server = createServer((socket) => {
  socket.setNoDelay(true);
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let size = takeRequest(socket, rest); size > 0; size = takeRequest(socket, rest)) rest = rest.subarray(size);
  });
  socket.on('error', () => undefined);
});

/** @returns the bytes of the request at the beginning of the buffer; 0 while it is incomplete */
function takeRequest(socket: Socket, buffer: Buffer): number {
  const headEnd = buffer.indexOf('\r\n\r\n');
  if (headEnd === -1) return 0;
  const head = buffer.toString('latin1', 0, headEnd);
  const size = headEnd + 4 + Number(valueOf(head, 'content-length: '));
  if (buffer.length < size) return 0;
  answer(socket, head, buffer.subarray(headEnd + 4, size));
  return size;
}

function answer(socket: Socket, head: string, body: Buffer): void {
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP'));
  const behaviour = behaviours.get(path) ?? 'ok';
  received += 1;
  if (times.length < MAX_TIMES)
    times.push([valueOf(head, 'webhook-id: ') + path, performance.timeOrigin + performance.now()]);
  const secret = secrets[path];
  if (received % SAMPLE === 0 && secret !== undefined && !isSigned(head, body, secret)) wrongSignatures += 1;
  if (behaviour !== 'hang') socket.write(behaviour === 'ok' ? OK : FAILED);
}

function isSigned(head: string, body: Buffer, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${valueOf(head, 'webhook-id: ')}.${valueOf(head, 'webhook-timestamp: ')}.`;
  const digest = createHmac('sha256', key).update(content).update(body).digest('base64');
  return valueOf(head, 'webhook-signature: ') === `v1,${digest}`;
}

/** Header names come as the service and undici write them: lower case. */
function valueOf(head: string, name: string): string {
  const at = head.indexOf(name);
  if (at === -1) return '';
  const end = head.indexOf('\r\n', at);
  return head.slice(at + name.length, end === -1 ? head.length : end);
}

process.on('message', (command: Command) => {
  if (command === 'count') process.send?.(received);
  else if (command === 'report') process.send?.({ received, wrongSignatures, times } satisfies ReceiverReport);
  else if ('behave' in command) {
    behaviours.set(command.behave.path, command.behave.as);
    process.send?.('done');
  } else {
    received = 0;
    wrongSignatures = 0;
    times = [];
    behaviours.clear();
    secrets = command.reset.secrets;
    process.send?.('done');
  }
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
