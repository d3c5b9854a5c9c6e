import type { OpenAPIObject } from '@nestjs/swagger';

/**
 * Operations in the order in which a person needs them, for the documentation. Anything that deletes comes last. A path
 * of the document holds its operations together, so the order of the paths is that of their first operations; the page
 * at `/docs` sorts the operations themselves.
 */
export const OPERATION_ORDER = [
  'createSubscription',
  'listSubscriptions',
  'getSubscription',
  'patchSubscription',
  'replaceSubscription',
  'getSubscriptionSecret',
  'rotateSubscriptionSecret',
  'testSubscription',
  'checkSubscription',
  'listSubscriptionDeliveries',
  'deleteSubscription',
  'publishToAll',
  'publishToSubscription',
  'getStatus',
  'listDeliveries',
  'getDelivery',
  'retryDelivery',
  'cancelDelivery',
  'createReplay',
  'listReplays',
  'getReplay',
  'patchReplay',
  'cancelReplay',
  'listEvents',
  'getEvent',
  'getEventPayload',
  'explainEvent',
  'watch',
  'getStats',
  'getLedger',
  'createKey',
  'listKeys',
  'getKey',
  'rotateKey',
  'revokeKey',
  'createSession',
  'getSession',
  'endSession',
  'listSessions',
  'revokeSession',
  'createPortalSession',
  'exchangePortalCode',
  'listPortalSessions',
  'revokePortalSession',
  'revokeAllPortalSessions',
  'createTenant',
  'listTenants',
  'getTenant',
  'patchTenant',
  'deleteTenant',
  'listAuditEntries',
  'getSystem',
  'getHealth',
  'getReadiness',
  'getLiveness',
  'getMetrics',
];

type Paths = OpenAPIObject['paths'];
type PathItem = Paths[string];

/** Sorts paths, and the operations of each. */
export function inReadingOrder(paths: Paths): Paths {
  const ranked = Object.entries(paths).map(([path, item]) => {
    const operations = Object.entries(item as Record<string, { operationId: string }>)
      .map(([method, operation]) => ({ method, operation, rank: rankOf(operation.operationId) }))
      .sort((a, b) => a.rank - b.rank);
    const sorted = Object.fromEntries(operations.map(({ method, operation }) => [method, operation])) as PathItem;
    return { path, sorted, rank: operations[0]?.rank ?? OPERATION_ORDER.length };
  });
  return Object.fromEntries(ranked.sort((a, b) => a.rank - b.rank).map(({ path, sorted }) => [path, sorted]));
}

function rankOf(operationId: string): number {
  const rank = OPERATION_ORDER.indexOf(operationId);
  return rank === -1 ? OPERATION_ORDER.length : rank;
}
