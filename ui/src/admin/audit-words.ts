import type { AuditAnswer } from '../api/generated';
import { shortId } from '../lib/ids';

type Action = AuditAnswer['action'];

/** What somebody did, as the end of a sentence that begins with who it was. Each action of the API is here. */
export const ACTIONS: Readonly<Record<Action, string>> = {
  'subscription.created': 'created the subscription',
  'subscription.changed': 'changed the subscription',
  'subscription.deleted': 'deleted the subscription',
  'subscription.disabled': 'disabled the subscription',
  'subscription.secret_rotated': 'rotated the secret of',
  'subscription.secret_read': 'read the secret of',
  'subscription.checked': 'checked the receiver of',
  'subscription.reencrypted': 'encrypted anew',
  'delivery.retried': 'retried the delivery',
  'delivery.cancelled': 'cancelled the delivery',
  'replay.created': 'began the replay',
  'replay.changed': 'changed the replay',
  'replay.cancelled': 'cancelled the replay',
  'key.created': 'created the key',
  'key.rotated': 'rotated the key',
  'key.revoked': 'revoked the key',
  'tenant.created': 'created the tenant',
  'tenant.changed': 'changed the tenant',
  'tenant.deleted': 'deleted the tenant',
  'session.created': 'signed in',
  'session.ended': 'signed out',
  'session.revoked': 'ended the session',
  'portal_session.created': 'made the portal link',
  'portal_session.exchanged': 'opened the portal',
  'portal_session.revoked': 'ended the portal session',
  'portal_session.all_revoked': 'ended all portal sessions of',
};

/** Who it was. @param names of API keys by their ids, as far as they are known */
export function actorOf(entry: AuditAnswer, names: ReadonlyMap<string, string>): string {
  const { actor, key_id: keyId, session_actor: customer } = entry;
  switch (actor) {
    case 'key':
      return keyId === null ? 'A key' : (names.get(keyId) ?? shortId(keyId));
    case 'portal':
      return customer === null ? 'A customer' : `Customer ${customer}`;
    case 'open':
      return 'Somebody without a key';
    case 'service':
      return 'The service';
  }
}
