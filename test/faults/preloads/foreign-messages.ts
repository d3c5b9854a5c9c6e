// Loaded before processes of the service: they and their supervisor get messages that are not theirs.
import cluster from 'node:cluster';

const FOREIGN = [null, 'ready', 1, {}, { kind: 'unknown', id: 1 }, { type: 'process:msg', data: {} }];

for (const message of FOREIGN) process.send?.(message);
cluster.on('online', (worker) => {
  for (const message of FOREIGN) worker.send(message as object);
});
