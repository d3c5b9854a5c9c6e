import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { CAPABILITIES_EXTENSION, ROLES_EXTENSION, SECURITY_SCHEME } from '../access/index.js';
import { PROBLEM_MEDIA_TYPE } from '../shared/http/api-errors.js';
import { Problem } from '../shared/http/problem.js';
import { VERSION } from '../shared/version.js';
import { inReadingOrder } from './operation-order.js';
import { toOpenApi31 } from './openapi-31.js';
import { OPERATIONAL_CALLBACKS, OPERATIONAL_MODELS } from './operational-callbacks.js';
import { OUTGOING_WEBHOOK } from './outgoing-webhook.js';

const TAGS = {
  Subscriptions: 'Which events go to which URLs',
  Publishing: 'Publish events; an event is accepted once it is committed',
  Status: 'Events, deliveries and attempts',
  Replays: 'Deliver again what failed, and what a subscription has missed',
  Access: 'API keys, sessions, tenants with their limits, and the audit log',
  'Health and metrics': 'For orchestrators and monitoring; no API key, no rate limit',
};

const DESCRIPTION = `Sends webhooks for your product. You publish events; the service signs them, delivers them to every
subscribed URL, retries failed deliveries, and keeps the history of every attempt.

Send an API key: \`Authorization: Bearer whk_...\`. Each operation lists the roles that may call it. Pages in a browser
exchange the key for a session (\`POST /session\`). Customers use a portal session (\`POST /portal-sessions\`), whose
token is sent like a key; operations that it may call list the capabilities that it needs.

Every response has an \`X-Request-Id\` header. Errors are \`application/problem+json\` (RFC 9457) with a stable
\`code\`.

The request that a receiver gets is described as a callback of \`POST /subscriptions\`, and so are the events that
the service publishes itself.`;

const CALLBACKS = { delivery: OUTGOING_WEBHOOK, ...OPERATIONAL_CALLBACKS };

/**
 * The OpenAPI 3.1 document of an application.
 *
 * @param targetUrl URL of a receiver for the examples of request bodies
 */
export function openApiDocument(app: INestApplication, targetUrl?: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Webhook Delivery Service')
    .setDescription(DESCRIPTION.replaceAll('\n', ' ').replaceAll('  ', '\n\n'))
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'whk_<id>_<secret>' }, SECURITY_SCHEME)
    .addServer('/', 'The server of this document');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    extraModels: [Problem, ...OPERATIONAL_MODELS],
  });
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations) as Operation[]) {
      describeRoles(operation);
      if (path.startsWith('/subscriptions')) operation.tags = ['Subscriptions'];
      nameInstance(path, operation);
      operation.parameters?.forEach(describeExample);
      if (targetUrl !== undefined) setTarget(operation, targetUrl);
      if (operation.operationId === 'createSubscription') operation.callbacks = CALLBACKS;
    }
  }
  return toOpenApi31({ ...document, paths: inReadingOrder(document.paths), security: [] });
}

/**
 * Adds the permitted roles to the description, and what a portal session needs, because documentation pages do not show
 * extensions.
 */
function describeRoles(operation: Operation): void {
  const { [ROLES_EXTENSION]: roles, [CAPABILITIES_EXTENSION]: capabilities } = operation;
  if (roles === undefined) return;
  const portal = capabilities?.length ? ` Portal sessions need ${capabilities.join(' and ')}.` : '';
  operation.description = [operation.description, `Roles: ${roles.join(', ')}.${portal}`].filter(Boolean).join('\n\n');
}

/**
 * Moves the example into the description, because `/docs` would send it: an id that does not exist, or a filter that
 * matches nothing. Only a type of event is taken as it is.
 */
function describeExample(parameter: Parameter): void {
  const { required, name, schema } = parameter;
  if (schema?.example === undefined || (required && name === 'event_type')) return;
  const { example, ...rest } = schema;
  parameter.description = [parameter.description, `Example: \`${example}\``].filter(Boolean).join('. ');
  parameter.schema = rest;
}

/** Sets the path in the examples of errors. */
function nameInstance(path: string, { parameters = [], responses }: Operation): void {
  const instance = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    return parameters.find((each) => each.name === name)?.schema?.example ?? name;
  });
  for (const { content } of Object.values(responses)) {
    for (const example of Object.values(content?.[PROBLEM_MEDIA_TYPE]?.examples ?? {})) {
      example.value = { ...example.value, instance };
    }
  }
}

/** Sets the target in the examples of request bodies. */
function setTarget({ requestBody }: Operation, targetUrl: string): void {
  for (const { examples = {} } of Object.values(requestBody?.content ?? {})) {
    for (const example of Object.values(examples)) {
      if ('target_url' in example.value) example.value = { ...example.value, target_url: targetUrl };
    }
  }
}

/** The parts of an operation that are read or changed here. */
interface Operation {
  readonly operationId: string;
  description?: string;
  readonly [ROLES_EXTENSION]?: readonly string[];
  readonly [CAPABILITIES_EXTENSION]?: readonly string[];
  readonly parameters?: readonly Parameter[];
  tags?: readonly string[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>>;
  callbacks?: Readonly<Record<string, object>>;
}

interface Parameter {
  readonly name: string;
  readonly required?: boolean;
  description?: string;
  schema?: { readonly example?: string };
}

interface MediaType {
  readonly examples?: Readonly<Record<string, { value: object }>>;
}
