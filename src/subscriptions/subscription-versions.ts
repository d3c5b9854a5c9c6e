import { Injectable } from '@nestjs/common';
import type { Within } from '../access/index.js';
import { Settings } from '../shared/config/settings.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { type Explanation, noDeliveryReason, type PastEvent } from './domain/no-delivery-reasons.js';
import { stateFrom } from './domain/subscription-state.js';
import { settlingMsOf } from './settling.js';
import { SubscriptionVersionsRepository, type VersionedRow } from './subscription-versions.repository.js';

/** A subscription, and why it got no delivery of an event if it got none. */
export interface ExplainedSubscription extends Explanation {
  readonly id: Uuid;
}

/** A part of a list. */
interface Part {
  readonly subscriptions: readonly ExplainedSubscription[];
  /** The last subscription that was looked at; null when no more follow. */
  readonly last: Uuid | null;
}

/** What subscriptions wanted in the past. */
@Injectable()
export class SubscriptionVersions {
  private readonly settlingMs: number;

  constructor(
    private readonly repository: SubscriptionVersionsRepository,
    settings: Settings,
  ) {
    this.settlingMs = settlingMsOf(settings);
  }

  /**
   * Goes through the subscriptions that a tenant has or had, in order of id, and says of each why it got no delivery of
   * an event. Whether it got one is for the caller to find out.
   */
  async explain(
    tenantId: string,
    event: PastEvent,
    { after, limit, within = null }: { readonly after: Uuid | null; readonly limit: number; readonly within?: Within },
  ): Promise<Part> {
    const at = new Date(event.acceptedAtMs);
    const rows = await this.repository.listAround(tenantId, { at, withinMs: this.settlingMs, after, limit, within });
    return {
      subscriptions: rows.flatMap((row) => this.explained(event, row)),
      last: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
    };
  }

  private explained(event: PastEvent, row: VersionedRow): ExplainedSubscription[] {
    // A deleted subscription that was removed a moment ago, together with all events of its time.
    if (row.created_at === null || row.state === null || row.event_types === null) return [];
    const past = {
      id: toPublicId('sub', row.id),
      createdAtMs: row.created_at.getTime(),
      versions: (row.versions ?? []).map(([validFromMs, state, eventTypes, disabledReason]) => ({
        validFromMs,
        state: stateFrom(state),
        eventTypes,
        disabledReason,
      })),
      now: { state: stateFrom(row.state), eventTypes: row.event_types, verifiesIngest: row.verify_ingest ?? false },
    };
    return [{ id: row.id, ...noDeliveryReason(event, past, this.settlingMs) }];
  }
}
