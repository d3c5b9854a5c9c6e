// Loaded before a process of the service: writes a line of output for each connection that it begins, made or not.
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  socket.on('connectionAttempt', (address: string, port: number) => {
    process.stdout.write(`connecting to ${address} ${port}\n`);
  });
});
