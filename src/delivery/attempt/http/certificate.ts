import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Certificate, ProbeConnection } from '../../domain/probe.js';

/** What a connected socket tells about TLS; null if it has none. */
export function tlsOf(socket: Socket): ProbeConnection['tls'] {
  if (!(socket instanceof TLSSocket)) return null;
  return { protocol: socket.getProtocol() ?? 'unknown', certificate: certificateOf(socket) };
}

/** Null without a certificate, or with one whose date cannot be read. */
function certificateOf(socket: TLSSocket): Certificate | null {
  // Node.js returns an empty object if there is none, whatever its types say.
  const { valid_to: until } = socket.getPeerCertificate() as { valid_to?: string };
  const expiresAtMs = Date.parse(until ?? '');
  return Number.isNaN(expiresAtMs) ? null : { expiresAtMs };
}
