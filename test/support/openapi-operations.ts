import { readFileSync } from 'node:fs';

/** The keywords of JSON Schema that the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema?: Schema;
}

/** An operation of docs/openapi.json. */
export interface Operation {
  readonly id: string;
  /** HTTP method in upper case. */
  readonly method: string;
  /** Path with its parameters in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Schema of a JSON body that the service parses. */
  readonly body: Schema | null;
  /** Whether it also works without a body. */
  readonly isBodyOptional: boolean;
  /** Whether it accepts any bytes, as the publishing operations do. */
  readonly takesPayload: boolean;
  readonly roles: readonly string[] | null;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly 'x-roles'?: readonly string[];
}

const document = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as Document;

/** All operations of the service, in the order of the document. */
export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => {
    const content = raw.requestBody?.content ?? {};
    const schema = content['application/json']?.schema;
    // A payload may be any JSON, so its schema is empty.
    const takesPayload = schema !== undefined && Object.keys(schema).length === 0;
    return {
      id: raw.operationId,
      method: method.toUpperCase(),
      path,
      parameters: raw.parameters ?? [],
      body: takesPayload ? null : (schema ?? null),
      isBodyOptional: raw.requestBody?.required !== true,
      takesPayload,
      roles: raw['x-roles'] ?? null,
    };
  }),
);

/** Follows a reference into the document. */
export function resolve(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  if (name === undefined) return schema;
  const found = document.components.schemas[name];
  if (found === undefined) throw new Error(`There is no schema ${name}`);
  return found;
}

/** Alternatives of a schema, if it has any. */
export function alternatives({ oneOf, anyOf }: Schema): Schema[] {
  return [...(oneOf ?? []), ...(anyOf ?? [])].map(resolve);
}

export function typesOf(schema: Schema): string[] {
  const resolved = resolve(schema);
  return [...[resolved.type ?? []].flat(), ...alternatives(resolved).flatMap(typesOf)];
}
