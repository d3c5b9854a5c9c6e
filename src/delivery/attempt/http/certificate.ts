import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Certificate, ProbeConnection } from '../../domain/probe.js';

/** What a connected socket tells about TLS; null if it has none. */
export function tlsOf(socket: Socket): ProbeConnection['tls'] {
  if (!(socket instanceof TLSSocket)) return null;
  return { protocol: socket.getProtocol() ?? 'unknown', certificate: certificateOf(socket) };
}

function certificateOf(socket: TLSSocket): Certificate {
  // Always a date that Date.parse can read: OpenSSL prints it.
  return { expiresAtMs: Date.parse(socket.getPeerCertificate().valid_to) };
}
