import { Injectable } from '@nestjs/common';
import { decodeCursor, type Page, toPage } from '../../shared/http/page.js';
import { parsePublicId, toPublicId } from '../../shared/ids/public-id.js';
import type { Caller } from '../caller.js';
import type { AuditAnswer, AuditQuery } from '../dto/audit.js';
import type { AuditEntry } from './audit-entry.js';
import { AuditRepository } from './audit.repository.js';

@Injectable()
export class AuditService {
  constructor(private readonly repository: AuditRepository) {}

  /**
   * Lists entries, newest first, of the caller's administered tenant or of all tenants.
   *
   * @throws MalformedCursor; MalformedId
   */
  async list(caller: Caller, query: AuditQuery): Promise<Page<AuditAnswer>> {
    const entries = await this.repository.list({
      tenantId: caller.administered,
      limit: query.limit,
      after: query.cursor === undefined ? null : decodeCursor(query.cursor),
      action: query.action ?? null,
      keyId: query.key_id === undefined ? null : parsePublicId(query.key_id, 'key').uuid,
      sessionId: query.session_id === undefined ? null : parsePublicId(query.session_id, 'ses', 'pse').uuid,
      target: query.target ?? null,
      since: query.since === undefined ? null : new Date(query.since),
      until: query.until === undefined ? null : new Date(query.until),
    });
    return toPage(entries, query.limit, toAnswer);
  }
}

function toAnswer(entry: AuditEntry): AuditAnswer {
  return {
    id: toPublicId('aud', entry.id),
    action: entry.action,
    target: entry.target,
    changed: entry.changed,
    tenant_id: entry.tenantId,
    actor: entry.actor,
    key_id: entry.keyId && toPublicId('key', entry.keyId),
    session_id: entry.sessionId && toPublicId(entry.actor === 'portal' ? 'pse' : 'ses', entry.sessionId),
    session_actor: entry.sessionActor,
    address: entry.address,
    request_id: entry.requestId,
    created_at: entry.createdAt.toISOString(),
  };
}
