import { Agent } from 'undici';

/** Measures the cost of one bare POST of undici on this machine. Other costs are stated as multiples of it. */
export interface YardstickOrder {
  readonly port: number;
  readonly bodyBytes: number;
  /** Number of measured requests. Half as many run before as a warm-up. */
  readonly requests: number;
}

const CONCURRENCY = 64;

const ignore = (): undefined => undefined;

function post(agent: Agent, origin: string, body: Buffer): Promise<void> {
  const headers = ['content-type', 'application/json'];
  return new Promise((resolve, reject) => {
    agent.dispatch(
      { origin, path: '/yardstick', method: 'POST', headers, body },
      {
        onRequestStart: ignore,
        onResponseStart: ignore,
        onResponseData: ignore,
        onResponseEnd: () => {
          resolve();
        },
        onResponseError: (_, error) => {
          reject(error);
        },
      },
    );
  });
}

async function run(agent: Agent, order: YardstickOrder, requests: number): Promise<number> {
  const body = Buffer.alloc(order.bodyBytes, 'x');
  const before = process.cpuUsage();
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await post(agent, `http://127.0.0.1:${order.port}`, body);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

process.on('message', (order: YardstickOrder) => {
  const agent = new Agent({ pipelining: 1 });
  void run(agent, order, Math.ceil(order.requests / 2))
    .then(() => run(agent, order, order.requests))
    .then((cpuUs) => process.send?.(cpuUs));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
