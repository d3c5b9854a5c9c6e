import { createHmac } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { Ring } from './ring.js';
import { SeenAttempts } from './seen-attempts.js';

/**
 * A cheap receiver. It parses just enough HTTP/1.1 to respond to each request, and checks the signatures of a sample.
 * It communicates with its parent by messages.
 */
export interface ReceiverReport extends ReceiverCounts {
  /** Requests with a delivery and attempt number that has been seen before. */
  readonly duplicates: number;
  readonly checkedSignatures: number;
  readonly wrongSignatures: number;
  /** Number of requests to each path. */
  readonly byPath: Readonly<Record<string, number>>;
  /** Event, path, and time of the first attempt in fractional Unix milliseconds; the newest 200,000. */
  readonly times: readonly (readonly [eventId: string, path: string, atMs: number])[];
}

export interface ReceiverCounts {
  readonly received: number;
  /** Number of these with a response of 200. */
  readonly delivered: number;
}

/** `fail` responds with 500. `hang` does not respond, and resets the hanging connections when the behaviour changes. */
export type Behaviour = 'ok' | 'fail' | 'hang';

export type ReceiverCommand =
  | { addSecrets: Record<string, string> }
  | { behave: { paths: readonly string[]; as: Behaviour } }
  /** Only times of events with an id above `timesAfter` are kept. Ids grow with time. */
  | { reset: { timesAfter: string } }
  | 'report'
  | 'count';

const CHECK_FIRST = 100;
const CHECK_EACH = 100;
const MAX_TIMES = 200_000;
const OK = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
const FAILED = Buffer.from('HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno');

const secrets: Record<string, string> = {};
const behaviours = new Map<string, Behaviour>();
const hanging = new Map<string, Set<Socket>>();
let counts = emptyCounts('');

function emptyCounts(timesAfter: string) {
  return {
    timesAfter,
    received: 0,
    delivered: 0,
    duplicates: 0,
    checkedSignatures: 0,
    wrongSignatures: 0,
    byPath: {} as Record<string, number>,
    seen: new SeenAttempts(),
    times: new Ring<readonly [string, string, number]>(MAX_TIMES),
  };
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let size = takeRequest(socket, rest); size > 0; size = takeRequest(socket, rest)) rest = rest.subarray(size);
  });
  socket.on('error', () => undefined);
});

/** @returns length of the request at the start of the buffer; 0 while it is incomplete */
function takeRequest(socket: Socket, buffer: Buffer): number {
  const headEnd = buffer.indexOf('\r\n\r\n');
  if (headEnd === -1) return 0;
  const head = buffer.toString('latin1', 0, headEnd);
  const size = headEnd + 4 + Number(valueOf(head, 'content-length: '));
  if (buffer.length < size) return 0;
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP'));
  const eventId = valueOf(head, 'webhook-id: ');
  if (eventId !== '') count(head, buffer.subarray(headEnd + 4, size), path, eventId);
  answer(socket, path, eventId !== '');
  return size;
}

function count(head: string, body: Buffer, path: string, eventId: string): void {
  counts.received += 1;
  counts.byPath[path] = (counts.byPath[path] ?? 0) + 1;
  const attempt = valueOf(head, 'x-webhook-attempt: ');
  if (!counts.seen.add(`${valueOf(head, 'x-webhook-delivery: ')}/${attempt}`)) counts.duplicates += 1;
  if (attempt === '1' && eventId > counts.timesAfter) {
    counts.times.push([eventId, path, performance.timeOrigin + performance.now()]);
  }
  if (counts.received > CHECK_FIRST && counts.received % CHECK_EACH !== 0) return;
  counts.checkedSignatures += 1;
  if (!isSigned(head, body, secrets[path] ?? '')) counts.wrongSignatures += 1;
}

function answer(socket: Socket, path: string, isDelivery: boolean): void {
  const behaviour = behaviours.get(path) ?? 'ok';
  if (behaviour === 'hang') {
    const sockets = hanging.get(path) ?? new Set();
    hanging.set(path, sockets.add(socket));
    socket.once('close', () => sockets.delete(socket));
    return;
  }
  if (behaviour === 'ok' && isDelivery) counts.delivered += 1;
  socket.write(behaviour === 'ok' ? OK : FAILED);
}

function isSigned(head: string, body: Buffer, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${valueOf(head, 'webhook-id: ')}.${valueOf(head, 'webhook-timestamp: ')}.`;
  const digest = createHmac('sha256', key).update(content).update(body).digest('base64');
  return valueOf(head, 'webhook-signature: ') === `v1,${digest}`;
}

/** Header names are case-sensitive here, and must be written as the service and undici write them. */
function valueOf(head: string, name: string): string {
  const at = head.indexOf(name);
  if (at === -1) return '';
  const end = head.indexOf('\r\n', at);
  return head.slice(at + name.length, end === -1 ? head.length : end);
}

function behave(paths: readonly string[], as: Behaviour): void {
  for (const path of paths) {
    behaviours.set(path, as);
    if (as !== 'hang') hanging.get(path)?.forEach((socket) => socket.destroy());
  }
}

function reply(command: ReceiverCommand): ReceiverReport | ReceiverCounts | 'done' {
  const { received, delivered, duplicates, checkedSignatures, wrongSignatures, byPath } = counts;
  if (command === 'count') return { received, delivered };
  if (command === 'report') {
    const times = counts.times.list();
    return { received, delivered, duplicates, checkedSignatures, wrongSignatures, byPath, times };
  }
  if ('behave' in command) behave(command.behave.paths, command.behave.as);
  else if ('addSecrets' in command) Object.assign(secrets, command.addSecrets);
  else counts = emptyCounts(command.reset.timesAfter);
  return 'done';
}

process.on('message', (command: ReceiverCommand) => process.send?.(reply(command)));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
