import { readFileSync } from 'node:fs';
import { aSubscription } from './factories.js';

export const ROLES = ['admin', 'publisher', 'manager', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** An operation of docs/openapi.json that requires a role. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly method: string;
  /** Path with its parameters in braces. */
  readonly template: string;
  readonly roles: readonly Role[];
  /** What a portal session needs; null if it may not call the operation. */
  readonly capabilities: readonly string[] | null;
  readonly takesBody: boolean;
  /** Path parameters by name, each with an unused id. */
  readonly parameters: Readonly<Record<string, string>>;
}

interface OperationObject {
  readonly operationId: string;
  readonly 'x-roles'?: readonly Role[];
  readonly 'x-capabilities'?: readonly string[];
  readonly requestBody?: object;
  readonly parameters?: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: { readonly example?: string };
}

/** Operations that let in whoever has what their bodies carry: a key, or the code of a portal link. */
const FOR_ALL = ['createSession', 'exchangePortalCode'];

/** @throws Error if an operation does not list its roles, unless it is one for operators or for everybody */
export function documentedOperations(): DocumentedOperation[] {
  const document = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as {
    paths: Record<string, Record<string, OperationObject>>;
  };
  return Object.entries(document.paths).flatMap(([template, operations]) =>
    /^\/(health|metrics)/.test(template)
      ? []
      : Object.entries(operations)
          .filter(([, { operationId }]) => !FOR_ALL.includes(operationId))
          .map(([verb, operation]) => describeOperation(verb, template, operation)),
  );
}

function describeOperation(verb: string, template: string, operation: OperationObject): DocumentedOperation {
  const { operationId, 'x-roles': roles, parameters = [] } = operation;
  if (roles === undefined) throw new Error(`${operationId} does not say in x-roles who may call it`);
  const ofPath = parameters.filter((each) => each.in === 'path');
  return {
    operationId,
    method: verb.toUpperCase(),
    template,
    roles,
    capabilities: operation['x-capabilities'] ?? null,
    takesBody: operation.requestBody !== undefined,
    parameters: Object.fromEntries(ofPath.map((each) => [each.name, exampleOf(each)])),
  };
}

/** Most examples are part of the description, so that /docs does not send them. */
function exampleOf({ schema, description = '' }: Parameter): string {
  return schema.example ?? /Example: `(.+)`/.exec(description)?.[1] ?? '';
}

/** Path of a call, with the given parameters. Parameters that are not given are unused ids. */
export function pathOf(operation: DocumentedOperation, given: Readonly<Record<string, string>> = {}): string {
  return operation.template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    return given[name] ?? operation.parameters[name] ?? '';
  });
}

/** Valid bodies of the operations that take one. */
const BODIES: Readonly<Record<string, object>> = {
  createKey: { role: 'reader', tenant_id: 'default' },
  rotateKey: { overlap: 0 },
  createTenant: { id: 'made-by-a-table' },
  patchTenant: { name: 'changed' },
  rotateSubscriptionSecret: { overlap: 0 },
  retryDelivery: { as_new: true },
  createReplay: { dry_run: true },
  patchReplay: { rate: 1 },
  testSubscription: { payload: { n: 1 } },
  createSubscription: aSubscription(),
  replaceSubscription: aSubscription(),
  patchSubscription: { description: 'changed' },
  publishToSubscription: { n: 1 },
  publishToAll: { n: 1 },
  createPortalSession: {
    tenant_id: 'default',
    capabilities: ['deliveries:read'],
    return_url: 'https://app.example.com/',
  },
};

/** @throws Error if the operation takes a body that is missing here */
export function bodyFor({ operationId, takesBody }: DocumentedOperation): object | undefined {
  const body = BODIES[operationId];
  if (takesBody && body === undefined) throw new Error(`Nobody has said yet what to send to ${operationId}`);
  return body;
}
