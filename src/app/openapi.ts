import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ROLES_EXTENSION, SECURITY_SCHEME } from '../access/index.js';
import { Problem } from '../shared/http/problem.js';
import { VERSION } from '../shared/version.js';
import { OUTGOING_WEBHOOK } from './outgoing-webhook.js';
import { toOpenApi31 } from './openapi-31.js';

const TAGS = {
  Subscriptions: 'Which events go to which URLs',
  Publishing: 'Publish events; an event is accepted once it is committed',
  Status: 'Events, deliveries and attempts',
  Access: 'API keys, tenants with their limits, and the audit log',
  'Health and metrics': 'For orchestrators and monitoring; no API key, no rate limit',
};

const DESCRIPTION = `Sends webhooks for your product. You publish events; the service signs them, delivers them to every
subscribed URL, retries failed deliveries, and keeps the history of every attempt.

Send an API key: \`Authorization: Bearer whk_...\`. Each operation lists the roles that may call it.

Every response has an \`X-Request-Id\` header. Errors are \`application/problem+json\` (RFC 9457) with a stable
\`code\`.`;

/** The OpenAPI 3.1 document of an application. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Webhook Delivery Service')
    .setDescription(DESCRIPTION.replaceAll('\n', ' ').replaceAll('  ', '\n\n'))
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'whk_<id>_<secret>' }, SECURITY_SCHEME)
    .addServer('/', 'The server of this document');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { extraModels: [Problem] });
  describeRoles(document);
  return toOpenApi31({ ...document, security: [], webhooks: { delivery: OUTGOING_WEBHOOK } });
}

/** Adds the permitted roles to each description, because documentation pages do not show extensions. */
function describeRoles({ paths }: OpenAPIObject): void {
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path) as Partial<Operation>[])) {
    const roles = operation[ROLES_EXTENSION];
    if (!Array.isArray(roles)) continue;
    operation.description = [operation.description, `Roles: ${roles.join(', ')}.`].filter(Boolean).join('\n\n');
  }
}

interface Operation {
  description: string;
  [ROLES_EXTENSION]: string[];
}
