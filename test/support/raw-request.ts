import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A response, read from one connection. */
export interface RawAnswer {
  /** Null if the connection was closed without a response. */
  readonly status: number | null;
  readonly contentType: string | null;
  /** `X-Request-Id`. */
  readonly requestId: string | null;
  readonly body: string;
}

/** Longest time that the server may keep the connection open. */
const PATIENCE_MS = 20_000;

/** A connection for sending any bytes, HTTP or not. */
export async function openRaw(url: string): Promise<{ socket: Socket; answer: Promise<RawAnswer> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A reset after the response counts as a normal close.
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

/** Sends bytes, waits until the server closes the connection, and returns the response. */
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
    requestId: /^x-request-id: *(.*)$/im.exec(head)?.[1] ?? null,
    body: rest.join('\r\n\r\n'),
  };
}
