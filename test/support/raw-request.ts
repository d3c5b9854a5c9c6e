import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What came back on one connection. */
export interface RawAnswer {
  /** Null when the connection was closed without an answer. */
  readonly status: number | null;
  readonly contentType: string | null;
  readonly body: string;
}

/** How long the other side may leave a connection open, in milliseconds. */
const PATIENCE_MS = 20_000;

/** A connection on which anything can be sent, HTTP or not. */
export async function openRaw(url: string): Promise<{ socket: Socket; answer: Promise<RawAnswer> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A reset after the answer is a closed connection like any other.
  socket.on('error', () => undefined);
  const closed = new Promise<RawAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`The connection was left open: ${Buffer.concat(chunks).toString('latin1')}`));
    }, PATIENCE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(read(Buffer.concat(chunks).toString('latin1')));
    });
  });
  await once(socket, 'connect');
  return { socket, answer: closed };
}

/** Sends bytes as they are, and gives what came back once the other side has closed the connection. */
export async function sendRaw(url: string, bytes: string): Promise<RawAnswer> {
  const { socket, answer } = await openRaw(url);
  socket.write(bytes, 'latin1');
  return answer;
}

function read(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  return {
    status: status === undefined ? null : Number(status),
    contentType: /^content-type: *(.*)$/im.exec(head)?.[1] ?? null,
    body: rest.join('\r\n\r\n'),
  };
}
