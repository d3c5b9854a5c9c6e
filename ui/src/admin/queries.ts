import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { answerOf } from '../api/failure';
import {
  getLedger,
  getSession,
  getSystem,
  listAuditEntries,
  type ListAuditEntriesData,
  listKeys,
  listPortalSessions,
  listSessions,
  listTenants,
} from '../api/generated';
import { hoursOf } from './ledger-days';

const PAGE_SIZE = 50;
const REFRESH_MS = 15_000;

export type AuditFilters = Omit<NonNullable<ListAuditEntriesData['query']>, 'limit' | 'cursor'>;

/** A page of a list, and where it starts. */
const from = (cursor: string | undefined) => ({ limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) });

export const tenantsQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['tenants', cursor ?? null],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(listTenants({ query: from(cursor), signal })),
  });

export const keysQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['keys', cursor ?? null],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(listKeys({ query: from(cursor), signal })),
  });

export const sessionsQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['sessions', cursor ?? null],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(listSessions({ query: from(cursor), signal })),
  });

/** The caller's own session. */
export const ownSessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => answerOf(getSession({ signal })),
});

export const portalsQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['portal-sessions', cursor ?? null],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(listPortalSessions({ query: from(cursor), signal })),
  });

export const auditQuery = (filters: AuditFilters, cursor?: string) =>
  queryOptions({
    queryKey: ['audit', filters, cursor ?? null],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(listAuditEntries({ query: { ...filters, ...from(cursor) }, signal })),
  });

/** Hours from one time to another. */
export const ledgerHoursQuery = (since: string, until: string) =>
  queryOptions({
    queryKey: ['ledger', 'hours', since, until],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(getLedger({ query: { since, until }, signal })),
  });

/** A day whose history is counted again. Only on request, because that takes time. */
export const verifiedDayQuery = (day: string) =>
  queryOptions({
    queryKey: ['verified-day', day],
    enabled: false,
    queryFn: ({ signal }) => answerOf(getLedger({ query: { ...hoursOf(day), verify: 'true' }, signal })),
  });

export const systemQuery = queryOptions({
  queryKey: ['system'],
  refetchInterval: REFRESH_MS,
  queryFn: ({ signal }) => answerOf(getSystem({ signal })),
});

/** Reads lists again, and the audit log, in which each change is. */
export function readAfterChange(queryClient: QueryClient, ...kinds: readonly string[]): Promise<unknown> {
  return Promise.all([...kinds, 'audit'].map((kind) => queryClient.invalidateQueries({ queryKey: [kind] })));
}

/** Waits for an answer that has no content. @throws Refused, Unreachable */
export async function doneOf(result: Promise<{ readonly error?: unknown; readonly response?: Response }>) {
  await answerOf(result.then((each) => ({ ...each, data: true })));
}
