import { Injectable } from '@nestjs/common';
import { ADVISORY_LOCKS } from '../shared/database/advisory-locks.js';
import { type Tx, Transactions } from '../shared/database/transaction.js';
import { LIMITS } from '../shared/limits.js';
import type { OperationalEventType } from './domain/announcement.js';
import { type HeldFailures, withinLimit } from './domain/minute-limit.js';
import type { AnnouncementRow } from './taken-announcement.js';

/** How long a process may take to publish what it has taken. */
const LEASE_SECONDS = 30;
const MAX_DEPTH = 100_000;

/** States by their stored numbers, which must not change. */
const STATE = { waiting: 0, held: 1, taken: 2 } as const;
const LIMITED: OperationalEventType = 'webhooks.delivery.failed';

interface DueRow extends AnnouncementRow {
  readonly state: number;
}

/** What was taken. */
export interface TakenRows {
  readonly rows: readonly AnnouncementRow[];
  /** How many rows were due, up to the limit. */
  readonly looked: number;
}

const NOTHING: TakenRows = { rows: [], looked: 0 };

/** Announcements of all tenants. */
@Injectable()
export class AnnouncementsRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Takes due announcements, oldest first; none while another process does so. Served by announcements_due. */
  take(limit: number): Promise<TakenRows> {
    return this.transactions.run(null, async (tx) => {
      const [lock] = await tx.query<{ taken: boolean }[]>(
        `select pg_try_advisory_xact_lock(${ADVISORY_LOCKS.announcing}) as taken`,
      );
      if (!lock?.taken) return NOTHING;
      const due = await tx.query<DueRow[]>(
        `select id, tenant_id, event_type, data, omitted, state, occurred_at from announcements
         where due_at <= now() order by due_at limit $1`,
        [limit],
      );
      if (due.length === 0) return NOTHING;
      // What a process had taken may be published already, so it is neither counted again nor held.
      const isLimited = ({ event_type, state }: DueRow): boolean => event_type === LIMITED && state !== STATE.taken;
      const failures = due.filter(isLimited);
      const published = failures.length === 0 ? new Map<string, number>() : await this.published(tx, failures);
      const { passed, held, counts } = withinLimit(failures, published, LIMITS.failureEventsPerMinute);
      const rows = [...due.filter((row) => !isLimited(row)), ...passed];
      // Before others are held: they must not be added to a row that is given out here, and removed after that.
      await tx.query(
        `update announcements set state = ${STATE.taken}, due_at = now() + ${LEASE_SECONDS} * interval '1 second'
         where id = any($1)`,
        [rows.map(({ id }) => id)],
      );
      if (held.length > 0) await this.hold(tx, held);
      if (counts.size > 0) await this.count(tx, counts);
      return { rows, looked: due.length };
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.transactions.run(null, (tx) => tx.query('delete from announcements where id = any($1)', [ids]));
  }

  async depth(): Promise<number> {
    const [row] = await this.transactions.run(null, (tx) =>
      tx.query<{ count: number }[]>(
        `select count(*)::int as count from (select from announcements limit ${MAX_DEPTH}) counted`,
      ),
    );
    return row?.count ?? 0;
  }

  async forgetMinutes(): Promise<void> {
    await this.transactions.run(null, (tx) =>
      tx.query(`delete from announced_minutes where minute < now() - interval '1 day'`),
    );
  }

  /** How many failures were published in the present minute, by tenant. */
  private async published(tx: Tx, failures: readonly DueRow[]): Promise<Map<string, number>> {
    const tenants = [...new Set(failures.map(({ tenant_id }) => tenant_id))];
    const rows = await tx.query<{ tenant_id: string; published: number }[]>(
      `insert into announced_minutes as m (tenant_id, minute, published)
       select tenant_id, date_trunc('minute', now()), 0 from unnest($1::text[]) tenant_id
       on conflict (tenant_id) do update set minute = greatest(m.minute, excluded.minute),
         published = case when m.minute >= excluded.minute then m.published else 0 end
       returning tenant_id, published`,
      [tenants],
    );
    return new Map(rows.map(({ tenant_id, published }) => [tenant_id, published]));
  }

  private async count(tx: Tx, counts: ReadonlyMap<string, number>): Promise<void> {
    await tx.query(
      `update announced_minutes m set published = m.published + c.published
       from unnest($1::text[], $2::int[]) c(tenant_id, published) where m.tenant_id = c.tenant_id`,
      [[...counts.keys()], [...counts.values()]],
    );
  }

  /** Replaces failures by one of their tenant, which is due in the next minute. */
  private async hold(tx: Tx, held: readonly HeldFailures<DueRow>[]): Promise<void> {
    await tx.query('delete from announcements where id = any($1)', [held.flatMap(({ ids }) => ids)]);
    await tx.query(
      `insert into announcements as a (tenant_id, event_type, data, occurred_at, omitted, state, due_at)
       select tenant_id, $1, data::jsonb, occurred_at, omitted, ${STATE.held},
         (select minute + interval '1 minute' from announced_minutes m where m.tenant_id = h.tenant_id)
       from unnest($2::text[], $3::text[], $4::timestamptz[], $5::int[]) h(tenant_id, data, occurred_at, omitted)
       on conflict (tenant_id) where state = ${STATE.held} do update set data = excluded.data,
         occurred_at = excluded.occurred_at, omitted = a.omitted + 1 + excluded.omitted`,
      [
        LIMITED,
        held.map(({ last }) => last.tenant_id),
        held.map(({ last }) => JSON.stringify(last.data)),
        held.map(({ last }) => last.occurred_at),
        held.map(({ omitted }) => omitted),
      ],
    );
  }
}
