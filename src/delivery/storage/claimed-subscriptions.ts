import { LRUCache } from 'lru-cache';
import type { HotPath } from '../../shared/database/hot-path.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { SealedAuth, SealedHeaders, SealedSecret } from '../../subscriptions/index.js';
import type { ClaimedSubscription } from '../domain/claimed-delivery.js';
import { READ_SUBSCRIPTIONS } from './statements/read-subscriptions.js';

/** A subscription in one version of its row. */
interface VersionedSubscription {
  readonly id: Uuid;
  readonly version: string;
  readonly subscription: ClaimedSubscription;
}

/** Maximum size of all entries, in bytes. The custom headers of one subscription alone may take 20 KB. */
const MAX_BYTES = 33_554_432;
const ENTRY_BYTES = 500;
const BYTES_PER_CHARACTER = 2;

/**
 * Cache of the subscriptions that claims have read. A claim checks the state in the table and returns the version of
 * the row. Everything else, from URL to secrets, is read once per version and not with every delivery.
 */
export class ClaimedSubscriptions {
  private readonly known = new LRUCache<Uuid, VersionedSubscription>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ subscription }) => ENTRY_BYTES + JSON.stringify(subscription).length * BYTES_PER_CHARACTER,
  });

  constructor(private readonly read: (ids: readonly Uuid[]) => Promise<VersionedSubscription[]>) {}

  /** @returns the subscriptions of claimed deliveries by id, in the version that the claim saw or a later one */
  async of(
    claimed: readonly { readonly subscription_id: Uuid; readonly version: string }[],
  ): Promise<Map<Uuid, ClaimedSubscription>> {
    const found = new Map<Uuid, ClaimedSubscription>();
    const missing = new Set<Uuid>();
    for (const { subscription_id: id, version } of claimed) {
      const known = this.known.get(id);
      if (known?.version === version) found.set(id, known.subscription);
      else missing.add(id);
    }
    if (missing.size === 0) return found;
    for (const each of await this.read([...missing])) {
      this.known.set(each.id, each);
      found.set(each.id, each.subscription);
    }
    return found;
  }
}

interface SubscriptionRow {
  id: Uuid;
  version: string;
  target_url: string;
  secrets: SealedSecret[];
  headers: SealedHeaders;
  shown_headers: string[];
  auth: SealedAuth | null;
  max_attempts: number | null;
  initial_interval_ms: number | null;
  max_interval_ms: number | null;
  timeout_ms: number | null;
  max_in_flight: number | null;
}

/** Reads the current version of subscriptions that are not deleted. */
export async function readSubscriptions(hotPath: HotPath, ids: readonly Uuid[]): Promise<VersionedSubscription[]> {
  const rows = await hotPath.query<SubscriptionRow>(READ_SUBSCRIPTIONS.with({ ids }));
  return rows.map((row) => ({
    id: row.id,
    version: row.version,
    subscription: {
      publicId: toPublicId('sub', row.id),
      targetUrl: row.target_url,
      secrets: row.secrets,
      headers: row.headers,
      shownHeaders: row.shown_headers,
      auth: row.auth,
      maxAttempts: row.max_attempts,
      initialIntervalMs: row.initial_interval_ms,
      maxIntervalMs: row.max_interval_ms,
      timeoutMs: row.timeout_ms,
      maxInFlight: row.max_in_flight,
    },
  }));
}
