import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Settings } from '../../shared/config/settings.js';
import { isLocal } from '../sessions/session-cookie.js';
import { PublicUrlMissing } from './portal.errors.js';

/** A proxy that sends one of these may have changed the Host. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];

/** Makes links to the portal. */
@Injectable()
export class PortalUrl {
  constructor(private readonly settings: Settings) {}

  /**
   * The URL at which browsers reach this service, without a slash at the end. Only on this machine the Host header is
   * believed, and only without a proxy: elsewhere, the caller may know the service by a name that customers cannot
   * reach.
   *
   * @throws PublicUrlMissing
   */
  baseFor(request: Pick<FastifyRequest, 'headers'>): string {
    const { publicUrl } = this.settings;
    const { headers } = request;
    if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
    if (!isLocal(request) || FORWARDED.some((name) => headers[name] !== undefined)) throw new PublicUrlMissing();
    return `http://${headers.host ?? ''}`;
  }
}

/**
 * The link of a session. Browsers never send the fragment, so neither a server nor a log sees the code. The tenant only
 * selects whose list of `frame_ancestors` the page is answered with.
 */
export function portalLink(base: string, tenantId: string, code: string): string {
  return `${base}/portal?tenant=${encodeURIComponent(tenantId)}#code=${code}`;
}
