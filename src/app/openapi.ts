import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Problem } from '../shared/http/problem.js';
import { VERSION } from '../shared/version.js';
import { OUTGOING_WEBHOOK } from './outgoing-webhook.js';
import { toOpenApi31 } from './openapi-31.js';

const TAGS = {
  Subscriptions: 'Who wants which events, and where to',
  Publishing: 'Events, accepted only once they are committed',
  Status: 'Deliveries, their attempts, and events',
  'Health and metrics': 'For orchestrators and monitoring; without a key, without limits',
};

const DESCRIPTION = `Sends webhooks for your product: you post events, it delivers them, signed and retried, to every subscribed
URL, and keeps the history of each attempt.

Every answer carries \`X-Request-Id\`. Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`.`;

/** The OpenAPI 3.1 document of everything an application serves. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Webhook Delivery Service')
    .setDescription(DESCRIPTION.replaceAll('\n', ' ').replaceAll('  ', '\n\n'))
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'Where this document is served');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { extraModels: [Problem] });
  return toOpenApi31({ ...document, security: [], webhooks: { delivery: OUTGOING_WEBHOOK } });
}

export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Webhook Delivery Service',
  });
}
