import { activeSubscriptions, LEASE_PARAMETERS, openClaimedDeliveries } from '../../delivery/index.js';
import { type Placeholders, statement } from '../../shared/database/statement.js';

const FINGERPRINT_BYTES = 32;

const PARAMETERS = {
  ids: 'uuid[]',
  tenantIds: 'text[]',
  eventTypes: 'text[]',
  contentTypes: 'text[]',
  deliveryCounts: 'int[]',
  addressings: 'smallint[]',
  payloads: 'bytea',
  payloadOffsets: 'int[]',
  payloadLengths: 'int[]',
  deliveryIds: 'uuid[]',
  deliveryEventIds: 'uuid[]',
  deliverySubscriptionIds: 'uuid[]',
  deliveryTenantIds: 'text[]',
  areClaimed: 'boolean[]',
  claimedSubscriptionIds: 'uuid[]',
  ...LEASE_PARAMETERS,
  dueInSeconds: 'float8',
  keyEventIds: 'uuid[]',
  keyTenantIds: 'text[]',
  keys: 'text[]',
  fingerprints: 'bytea',
  keyDeliveryCounts: 'int[]',
  keyLifeSeconds: 'float8',
} as const;

/**
 * What finds events again: `eventKeys` and `tagLists` have one element for each event, and the others one for each tag.
 */
const LABELS = {
  eventKeys: 'text[]',
  tagLists: 'text[]',
  tagEventIds: 'uuid[]',
  tagTenantIds: 'text[]',
  tags: 'text[]',
} as const;

/** The parts of the statement in which labels are written. */
interface LabelParts {
  readonly columns: string;
  readonly values: string;
  readonly arrays: string;
  readonly names: string;
  /** Further statements, each with a comma behind it. */
  readonly inserts: string;
}

const NO_LABELS: LabelParts = { columns: '', values: '', arrays: '', names: '', inserts: '' };

function acceptText(p: Placeholders<typeof PARAMETERS>, labels: LabelParts): string {
  return `with keyed as (
      insert into idempotency_keys (tenant_id, key, fingerprint, event_id, delivery_count, expires_at)
      select tenant_id, key,
        substring(${p.fingerprints} from (i::int - 1) * ${FINGERPRINT_BYTES} + 1 for ${FINGERPRINT_BYTES}),
        event_id, delivery_count, now() + ${p.keyLifeSeconds} * interval '1 second'
      from unnest(${p.keyEventIds}, ${p.keyTenantIds}, ${p.keys}, ${p.keyDeliveryCounts}) with ordinality
        k(event_id, tenant_id, key, delivery_count, i)
      on conflict (tenant_id, key) do update set fingerprint = excluded.fingerprint, event_id = excluded.event_id,
        delivery_count = excluded.delivery_count, expires_at = excluded.expires_at
      where idempotency_keys.expires_at <= now()
      returning event_id),
    lost as (select array(select unnest(${p.keyEventIds}) except select event_id from keyed) as events),
    accepted as (
      insert into events (id, tenant_id, event_type, content_type, payload, delivery_count, addressing${labels.columns})
      select id, tenant_id, event_type, content_type, substring(${p.payloads} from at for length), delivery_count,
        addressing${labels.values}
      from unnest(${p.ids}, ${p.tenantIds}, ${p.eventTypes}, ${p.contentTypes}, ${p.deliveryCounts},
        ${p.addressings}, ${p.payloadOffsets}, ${p.payloadLengths}${labels.arrays})
        e(id, tenant_id, event_type, content_type, delivery_count, addressing, at, length${labels.names})
      where id <> all ((select events from lost)::uuid[])),
    ${labels.inserts}opened as (
      ${openClaimedDeliveries({
        from: `unnest(${p.deliveryIds}, ${p.deliveryEventIds}, ${p.deliverySubscriptionIds}, ${p.deliveryTenantIds},
          ${p.areClaimed}) d(id, event_id, subscription_id, tenant_id, is_claimed)`,
        dueAt: `now() + ${p.dueInSeconds} * interval '1 second'`,
        lease: p,
      })}
      where event_id <> all ((select events from lost)::uuid[]))
    select event_id as id, null as version from keyed
    union all
    ${activeSubscriptions(p.claimedSubscriptionIds)}`;
}

/**
 * Inserts events with their deliveries and idempotency keys. Skips an event whose key is taken, and its deliveries.
 * Claims deliveries that are to be sent at once. Returns the ids of the events whose keys were stored, and the active
 * subscriptions of claimed deliveries with their versions. `payloads` concatenates the payloads of all events; offsets
 * count from 1. `fingerprints` holds 32 bytes per key.
 */
export const ACCEPT = statement({
  name: 'accept',
  servedBy: ['subscriptions_pkey'],
  parameters: PARAMETERS,
  text: (p) => acceptText(p, NO_LABELS),
});

/** As `ACCEPT`, for a group in which an event has an idempotency key or tags. Without them, they cost nothing. */
export const ACCEPT_LABELLED = statement({
  name: 'accept_labelled',
  servedBy: ['subscriptions_pkey'],
  parameters: { ...PARAMETERS, ...LABELS },
  text: (p) =>
    acceptText(p, {
      columns: ', idempotency_key, tags',
      values: ', event_key, tag_list::text[]',
      arrays: `, ${p.eventKeys}, ${p.tagLists}`,
      names: ', event_key, tag_list',
      inserts: `tagged as (
      insert into event_tags (tenant_id, tag, event_id)
      select tenant_id, tag, event_id
      from unnest(${p.tagTenantIds}, ${p.tags}, ${p.tagEventIds}) t(tenant_id, tag, event_id)
      where event_id <> all ((select events from lost)::uuid[])),
    `,
    }),
});
