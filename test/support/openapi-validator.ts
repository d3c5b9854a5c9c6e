import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** A response of the service, and its request. */
export interface AnswerToCheck {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** Parsed if it is JSON, otherwise the text; undefined or empty if there is none. */
  readonly body: unknown;
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** The parts of an OpenAPI 3.1 document that describe responses. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const DOCUMENT_FILE = new URL('../../docs/openapi.json', import.meta.url);
const DOCUMENT_ID = 'https://test.invalid/openapi.json';

/**
 * Checks responses against an OpenAPI 3.1 document. It is stricter than the document: objects may have no other fields.
 */
export class OpenApiValidator {
  /** Each schema is checked a few times: code that is made sooner is better than code that is faster. */
  private readonly ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    inlineRefs: false,
    code: { optimize: false },
  });
  private readonly paths: OpenApiDocument['paths'];
  private readonly templates: readonly string[];

  constructor(document: OpenApiDocument) {
    const closed = withClosedObjects(document) as OpenApiDocument;
    formats.default(this.ajv);
    // The document itself is not a schema. Its schemas are referenced by their location in it.
    this.ajv.addSchema(closed, DOCUMENT_ID, undefined, false);
    this.paths = closed.paths;
    this.templates = Object.keys(closed.paths).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }

  /** @throws Error with the request, the status and all faults */
  assertMatches(answer: AnswerToCheck): void {
    const fault = this.faultOf(answer);
    if (fault === null) return;
    throw new Error(`${answer.method} ${answer.path} answered ${answer.status} against the OpenAPI document: ${fault}`);
  }

  /** Checks the payload of an event that the service publishes itself. @throws Error with all faults */
  assertMatchesWebhook(type: string, payload: unknown): void {
    const callback = ['paths', '/subscriptions', 'post', 'callbacks', type, '{$request.body#/target_url}'];
    const fault = this.bodyFault(
      [...callback, 'post', 'requestBody', 'content', 'application/json', 'schema'],
      payload,
    );
    if (fault !== null) throw new Error(`${type} was published against the OpenAPI document: ${fault}`);
  }

  private faultOf({ method, path, status, contentType, body }: AnswerToCheck): string | null {
    const verb = method.toLowerCase();
    const template = this.templates.find((each) => fits(each, path) && this.paths[each]?.[verb] !== undefined);
    if (template === undefined) return 'there is no such operation';
    const { responses } = this.paths[template]![verb] as Operation;
    const statusKey = [String(status), `${String(status).slice(0, 1)}XX`, 'default'].find((key) => key in responses);
    if (statusKey === undefined) return `the status is not documented, only ${Object.keys(responses).join(', ')}`;

    const content = responses[statusKey]?.content;
    const isEmpty = body === undefined || body === '';
    if (content === undefined) return isEmpty ? null : 'there is a body, and none is documented';
    const mediaType = documentedType(content, contentType);
    if (mediaType === undefined) {
      return `the content type is ${contentType ?? 'missing'}, not ${Object.keys(content).join(', ')}`;
    }
    return this.bodyFault(['paths', template, verb, 'responses', statusKey, 'content', mediaType, 'schema'], body);
  }

  private bodyFault(location: string[], body: unknown): string | null {
    const pointer = location
      .map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = this.ajv.getSchema(`${DOCUMENT_ID}#/${pointer}`);
    if (validate === undefined) return `there is no schema at ${location.join(' ')}`;
    if (validate(body) === true) return null;
    const faults = (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
      return `body${instancePath} ${message} ${JSON.stringify(params)}`;
    });
    return `${faults.join('; ')}; it was ${JSON.stringify(body)}`;
  }
}

/** Set by scripts/service-environment.mjs, for suites that run there. */
let { openApiValidator: ofService } = globalThis as { openApiValidator?: OpenApiValidator };

function documented(): OpenApiValidator {
  ofService ??= new OpenApiValidator(JSON.parse(readFileSync(DOCUMENT_FILE, 'utf8')) as OpenApiDocument);
  return ofService;
}

/** Checks a response of the service against docs/openapi.json. @throws Error with the request and the faults */
export function assertMatchesOpenApi(answer: AnswerToCheck): void {
  documented().assertMatches(answer);
}

/** Checks the payload of an operational event against docs/openapi.json. @throws Error with the faults */
export function assertMatchesWebhook(type: string, payload: unknown): void {
  documented().assertMatchesWebhook(type, payload);
}

/** Sorts parameters after literals in the same place, so that /health/ready is found before /health/{name}. */
function rank(template: string): string {
  return template.replaceAll(/\{[^}]*\}/g, '\uffff');
}

function fits(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.replace(/\/$/, '').split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => part === given[i] || (/^\{.*\}$/.test(part) && given[i] !== ''))
  );
}

function documentedType(content: object, contentType: string | null): string | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined) return undefined;
  return [type, type.replace(/\/.*$/, '/*'), '*/*'].find((key) => key in content);
}

/** A deep copy in which objects allow only their named properties, unless the schema says otherwise. */
function withClosedObjects(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withClosedObjects);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withClosedObjects(value)]));
  const isObjectSchema = [copy['type']].flat().includes('object') && copy['properties'] !== undefined;
  const decides = ['additionalProperties', 'unevaluatedProperties', 'allOf'].some((keyword) => keyword in copy);
  return isObjectSchema && !decides ? { ...copy, additionalProperties: false } : copy;
}
