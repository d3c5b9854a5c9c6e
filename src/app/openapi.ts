import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ROLES_EXTENSION, SECURITY_SCHEME } from '../access/index.js';
import { Problem } from '../shared/http/problem.js';
import { VERSION } from '../shared/version.js';
import { OUTGOING_WEBHOOK } from './outgoing-webhook.js';
import { toOpenApi31 } from './openapi-31.js';

const TAGS = {
  Subscriptions: 'Who wants which events, and where to',
  Publishing: 'Events, accepted only once they are committed',
  Status: 'Deliveries, their attempts, and events',
  Access: 'API keys, tenants and their limits, and who changed what',
  'Health and metrics': 'For orchestrators and monitoring; without a key, without limits',
};

const DESCRIPTION = `Sends webhooks for your product: you post events, it delivers them, signed and retried, to every subscribed
URL, and keeps the history of each attempt.

Send an API key: \`Authorization: Bearer whk_...\`. Each operation says which roles may call it.

Every answer carries \`X-Request-Id\`. Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`.`;

/** The OpenAPI 3.1 document of everything an application serves. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Webhook Delivery Service')
    .setDescription(DESCRIPTION.replaceAll('\n', ' ').replaceAll('  ', '\n\n'))
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'whk_<id>_<secret>' }, SECURITY_SCHEME)
    .addServer('/', 'Where this document is served');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { extraModels: [Problem] });
  tellRoles(document);
  return toOpenApi31({ ...document, security: [], webhooks: { delivery: OUTGOING_WEBHOOK } });
}

/** For people, too: who may call an operation. */
function tellRoles({ paths }: OpenAPIObject): void {
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
