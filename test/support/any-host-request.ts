import { request } from 'node:http';

export interface PlainAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request with any Host and Origin, which fetch does not allow. */
export function requestAs(
  baseUrl: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<PlainAnswer> {
  const { port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      answer.setEncoding('utf8');
      let text = '';
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text });
      });
    });
    sent.on('error', reject).end(method === 'POST' ? 'x' : undefined);
  });
}
