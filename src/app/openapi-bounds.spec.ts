import { readFileSync } from 'node:fs';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

const FILE = new URL('../../docs/openapi.json', import.meta.url);
const document = JSON.parse(readFileSync(FILE, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** Schemas of everything that a client can send, by name. The payload of an event is limited by a setting instead. */
function inputs(): (readonly [string, Schema])[] {
  return Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .flatMap(({ operationId, parameters = [], requestBody }) => [
      ...parameters.map(({ name, schema }) => [`${operationId} ${name}`, schema] as const),
      ...Object.values(requestBody?.content ?? {}).map(({ schema }) => [`${operationId} body`, schema] as const),
    ])
    .filter(([, schema]) => Object.keys(schema).length > 0);
}

/** Places in a schema that have no upper limit. */
function unbounded(schema: Schema, at: string): string[] {
  const { $ref, type, enum: values, pattern = '*', items, properties = {}, additionalProperties } = schema;
  if ($ref !== undefined) return unbounded(document.components.schemas[$ref.split('/').at(-1) ?? '']!, at);
  const types = [type ?? []].flat();
  const isFixedForm = !/[*+]|,\}/.test(pattern);
  const faults = {
    string: values === undefined && schema.maxLength === undefined && !isFixedForm,
    integer: schema.minimum === undefined || schema.maximum === undefined,
    number: schema.minimum === undefined || schema.maximum === undefined,
    array: schema.maxItems === undefined,
    object: Object.keys(properties).length === 0 && schema.maxProperties === undefined,
  };
  return [
    ...Object.entries(faults).flatMap(([kind, isFault]) =>
      isFault && types.includes(kind) ? [`${at} (${kind})`] : [],
    ),
    ...(items ? unbounded(items, `${at}[]`) : []),
    ...Object.entries(properties).flatMap(([name, property]) => unbounded(property, `${at}.${name}`)),
    ...(typeof additionalProperties === 'object' ? unbounded(additionalProperties, `${at}.*`) : []),
    ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((each) => unbounded(each, at)),
  ];
}

describe('the OpenAPI document', () => {
  it('limits everything that a client can send', () => {
    expect(inputs().length).toBeGreaterThan(50);
    expect(inputs().flatMap(([name, schema]) => unbounded(schema, name))).toEqual([]);
  });
});
