import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { OPERATION_ORDER } from './operation-order.js';

type Json = Record<string, unknown>;

interface Media {
  readonly schema?: Json;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly required?: boolean; readonly schema: Json }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

/** Bodies that are refused with fewer fields. */
const NEEDED: Readonly<Record<string, number>> = { createPortalSession: 3 };
const FILE = new URL('../../docs/openapi.json', import.meta.url);
const DOCUMENT_ID = 'https://test.invalid/openapi.json';
const document = JSON.parse(readFileSync(FILE, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const pointerOf = (place: readonly string[]): string =>
  place.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

/** Every example in the document, with the place of its schema. */
function examplesIn(node: unknown, place: readonly string[] = []): (readonly [readonly string[], unknown])[] {
  if (!isObject(node)) return [];
  const { schema, examples, example } = node;
  // Examples hold whatever their schema allows, even a field named `example`.
  if (place.at(-1) === 'examples' || place.at(-1) === 'example') return [];
  return [
    ...(isObject(schema) && isObject(examples)
      ? Object.values(examples).map((each) => [[...place, 'schema'], (each as { value: unknown }).value] as const)
      : []),
    ...(example === undefined ? [] : [[isObject(schema) ? [...place, 'schema'] : [...place], example] as const]),
    ...Object.entries(node).flatMap(([key, value]) => examplesIn(value, [...place, key])),
  ];
}

describe('the examples of the OpenAPI document', () => {
  it('match their schemas', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema(document, DOCUMENT_ID, undefined, false);
    const examples = examplesIn(document);

    const faults = examples.flatMap(([place, example]) => {
      const validate = ajv.getSchema(`${DOCUMENT_ID}#/${pointerOf(place)}`);
      return validate?.(example) === true ? [] : [`${place.join(' ')}: ${ajv.errorsText(validate?.errors)}`];
    });

    expect(examples.length).toBeGreaterThan(300);
    expect(faults).toEqual([]);
  });

  it('show every JSON body that a client sends, with no more than two fields unless it needs more', () => {
    const bodies = operations.flatMap(({ operationId, requestBody }) =>
      Object.values(requestBody?.content ?? {}).map(({ examples = {} }) => {
        return [operationId, Object.values(examples).map(({ value }) => Object.keys(value as Json).length)] as const;
      }),
    );

    expect(bodies.length).toBeGreaterThan(8);
    expect(
      bodies.filter(([id, sizes]) => sizes.length === 0 || sizes.some((size) => size > (NEEDED[id] ?? 2))),
    ).toEqual([]);
  });

  it('are sent by the page only as a type of event, not as an id that does not exist or a filter', () => {
    const all = operations.flatMap(({ parameters = [] }) => parameters);
    const sent = all.filter(({ schema }) => 'example' in schema);

    expect(all.length).toBeGreaterThan(80);
    expect(sent.map(({ name, required }) => [name, required])).toEqual([['event_type', true]]);
  });

  it('show every error, with its status and a code of its own', () => {
    const errors = operations.flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, { content }]) => {
        const media = content?.['application/problem+json'];
        return media === undefined ? [] : [[operationId, Number(status), media.examples ?? {}] as const];
      }),
    );

    const faults = errors.filter(([, status, examples]) => {
      const problems = Object.entries(examples) as [string, { value: { status: number; code: string } }][];
      return (
        problems.length === 0 || problems.some(([key, { value }]) => value.status !== status || value.code !== key)
      );
    });

    expect(errors.length).toBeGreaterThan(200);
    expect(faults).toEqual([]);
  });
});

describe('the order of the operations', () => {
  it('names each operation once', () => {
    const documented = operations.map(({ operationId }) => operationId);

    expect([...OPERATION_ORDER].sort()).toEqual(documented.sort());
  });

  it('is that of a person who starts: create, list, read, change, and delete last', () => {
    const ofSubscriptions = OPERATION_ORDER.filter((id) => id.includes('Subscription') && !id.startsWith('publish'));

    expect(ofSubscriptions).toEqual([
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
    ]);
  });
});
