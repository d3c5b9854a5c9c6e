import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SealedAuth, SealedHeaders, SealedSecret } from './domain/sealed.js';

/** A row of `subscriptions`. A limit or interval that is null defaults to the settings. */
@Entity('subscriptions')
export class SubscriptionEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('text', { name: 'target_url' }) targetUrl: string;
  @Column('text', { name: 'event_types', array: true }) eventTypes: string[];
  @Column('jsonb') secrets: readonly SealedSecret[];
  @Column('smallint') state: number;
  @Column('text', { name: 'disabled_reason', nullable: true }) disabledReason: string | null;
  /** Null for one that the previous version of the service disabled, and stale for one that it revived. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt: Date | null;
  @Column('text', { nullable: true }) description: string | null;
  @Column('jsonb') headers: SealedHeaders;
  /** In lower case. */
  @Column('text', { name: 'shown_headers', array: true }) shownHeaders: readonly string[];
  @Column('jsonb', { nullable: true }) auth: SealedAuth | null;
  @Column('smallint', { name: 'max_attempts', nullable: true }) maxAttempts: number | null;
  @Column('int', { name: 'initial_interval_ms', nullable: true }) initialIntervalMs: number | null;
  @Column('int', { name: 'max_interval_ms', nullable: true }) maxIntervalMs: number | null;
  @Column('int', { name: 'timeout_ms', nullable: true }) timeoutMs: number | null;
  @Column('smallint', { name: 'max_in_flight', nullable: true }) maxInFlight: number | null;
  @Column('boolean', { name: 'verify_ingest' }) verifyIngest: boolean;
  @Column('jsonb') metadata: Record<string, unknown>;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt: Date | null;
}
