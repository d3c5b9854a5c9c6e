import { EVENT_TYPE_FORM, FORM, json, JSON_TYPE, type Mistake } from './mistake.js';

const ORDER = json({ order: 1 });
const SEND_JSON = "Send JSON with Content-Type: application/json (curl: -H 'Content-Type: application/json').";
const FORM_REFUSED =
  'The payload would be delivered as a form (application/x-www-form-urlencoded), which HTTP clients send by default. ' +
  `${SEND_JSON} If receivers do expect a form, send X-Allow-Form: true.`;
const CREATED = { 'x-event-type': 'order.created' };

const asText = (title: string, body: string | Buffer, reason: string): Mistake => ({
  title,
  request: 'POST /webhooks/order.created',
  headers: JSON_TYPE,
  body,
  answer: '400 malformed_json',
  says: `The body is not valid JSON: ${reason}.`,
});

/** Mistakes in publishing. */
export const PUBLISHING: readonly Mistake[] = [
  {
    title: 'curl -d without a header, which sends a form',
    request: 'POST /webhooks/order.created',
    headers: FORM,
    body: '{"order":1}',
    answer: '415 unsupported_media_type',
    says: FORM_REFUSED,
  },
  {
    title: 'the same to one subscription',
    request: 'POST /ingest/{sub}',
    headers: { ...FORM, ...CREATED },
    body: '{"order":1}',
    answer: '415 unsupported_media_type',
    says: FORM_REFUSED,
  },
  {
    title: 'curl -F, which sends another form',
    request: 'POST /webhooks/order.created',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nContent-Disposition: form-data; name="order"\r\n\r\n1\r\n--x--\r\n',
    answer: '415 unsupported_media_type',
    says: FORM_REFUSED.replace('application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'),
  },
  {
    title: 'X-Allow-Form with another value than true',
    request: 'POST /webhooks/order.created',
    ...ORDER,
    headers: { ...JSON_TYPE, 'x-allow-form': 'yes' },
    answer: '422 invalid_input',
    says: 'X-Allow-Form must be true, or absent',
  },
  {
    title: 'no body',
    request: 'POST /webhooks/order.created',
    answer: '422 invalid_input',
    says: 'the body is the payload and must have at least one byte',
  },
  asText(
    'single quotes in JSON',
    "{'order':1}",
    "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
  ),
  asText(
    'a comma after the last field',
    '{"order":1,}',
    'Expected double-quoted property name in JSON at position 11 (line 1 column 12)',
  ),
  asText(
    'JSON that was cut off',
    '{"order":1',
    "Expected ',' or '}' after property value in JSON at position 10 (line 1 column 11)",
  ),
  asText(
    'a line break inside a string',
    '{"note":"two\nlines"}',
    'Bad control character in string literal in JSON at position 12 (line 1 column 13)',
  ),
  asText(
    'two objects in one body',
    '{"order":1}{"order":2}',
    'Unexpected non-whitespace character after JSON at position 11 (line 1 column 12)',
  ),
  asText('a byte order mark', '\ufeff{}', 'it starts with a byte order mark; send UTF-8 without one'),
  asText('UTF-16', Buffer.from('{}', 'utf16le'), 'it contains NUL characters; send UTF-8, not UTF-16'),
  asText('Latin-1', Buffer.from('{"name":"Zo\xeb"}', 'latin1'), 'it is not UTF-8'),
  {
    title: 'a compressed body',
    request: 'POST /webhooks/order.created',
    ...ORDER,
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    answer: '415 unsupported_media_type',
    says: 'Content-Encoding gzip is not supported. Send the body uncompressed.',
  },
  {
    title: 'a payload beyond MAX_PAYLOAD_BYTES',
    request: 'POST /webhooks/order.created',
    headers: { 'content-type': 'text/plain' },
    body: 'x'.repeat(2049),
    answer: '413 too_large',
    says: 'The body is larger than 2048 bytes. Send less, or set MAX_PAYLOAD_BYTES.',
  },
  {
    title: 'a wildcard in the place of an event type',
    request: 'POST /webhooks/order.*',
    ...ORDER,
    answer: '422 invalid_input',
    says: `event_type must be ${EVENT_TYPE_FORM}`,
  },
  {
    title: 'a blank in an event type',
    request: 'POST /webhooks/order%20created',
    ...ORDER,
    answer: '422 invalid_input',
    says: `event_type must be ${EVENT_TYPE_FORM}`,
  },
  {
    title: 'slashes in an event type',
    request: 'POST /webhooks/order/created',
    ...ORDER,
    answer: '404 not_found',
    says: 'There is no POST /webhooks/order/created. GET /openapi.json lists all paths.',
  },
  {
    title: 'a misspelt path',
    request: 'POST /webhook/order.created',
    ...ORDER,
    answer: '404 not_found',
    says: 'There is no POST /webhook/order.created. GET /openapi.json lists all paths.',
  },
  {
    title: 'GET to publish',
    request: 'GET /webhooks/order.created',
    answer: '405 method_not_allowed',
    says: '/webhooks/order.created does not support GET. Use OPTIONS or POST.',
  },
  {
    title: 'PUT to publish',
    request: 'PUT /ingest/{sub}',
    ...ORDER,
    answer: '405 method_not_allowed',
    says: '/ingest/{sub} does not support PUT. Use OPTIONS or POST.',
  },
  {
    title: 'an event type in the place of a subscription',
    request: 'POST /ingest/order.created',
    ...ORDER,
    answer: '400 malformed_id',
    says: '"order.created" is not the id of a subscription (sub_ followed by 26 characters).',
  },
  {
    title: 'the id of a delivery in the place of a subscription',
    request: 'POST /ingest/{dlv}',
    ...ORDER,
    answer: '400 malformed_id',
    says: '"{dlv}" is not the id of a subscription (sub_ followed by 26 characters).',
  },
  {
    title: 'a subscription that does not exist',
    request: 'POST /ingest/sub_01k6zv1yqpe7rtqq6zjy200000',
    ...ORDER,
    answer: '404 subscription_not_found',
    says: 'There is no subscription sub_01k6zv1yqpe7rtqq6zjy200000 in this tenant. GET /subscriptions lists all.',
  },
  {
    title: 'no X-Event-Type for a subscription to several types',
    request: 'POST /ingest/{sub}',
    ...ORDER,
    answer: '422 invalid_input',
    says: 'X-Event-Type is missing; send a type that the subscription wants: order.created, order.paid',
  },
  {
    title: 'a misspelt X-Event-Type',
    request: 'POST /ingest/{sub}',
    ...ORDER,
    headers: { ...JSON_TYPE, 'x-event-type': 'order.create' },
    answer: '422 invalid_input',
    says: 'X-Event-Type must not be order.create; the subscription wants order.created, order.paid',
  },
  {
    title: 'an X-Event-Type that contradicts the path',
    request: 'POST /webhooks/order.created',
    ...ORDER,
    headers: { ...JSON_TYPE, 'x-event-type': 'order.paid' },
    answer: '422 invalid_input',
    says: 'X-Event-Type differs from order.created in the path: omit the header',
  },
  {
    title: 'a signature for all subscriptions',
    request: 'POST /webhooks/order.created',
    ...ORDER,
    headers: { ...JSON_TYPE, 'x-signature-256': `sha256=${'0'.repeat(64)}` },
    answer: '422 invalid_input',
    says: 'X-Signature-256 can only be checked against the secret of one subscription: publish to /ingest/{subscription_id}',
  },
  {
    title: 'a wrong signature',
    request: 'POST /ingest/{signed}',
    ...ORDER,
    headers: { ...JSON_TYPE, 'x-signature-256': `sha256=${'0'.repeat(64)}` },
    answer: '401 wrong_signature',
    says: "The signature is wrong. Send the hexadecimal HMAC-SHA256 of the body, keyed with this subscription's secret.",
  },
  {
    title: 'no signature where one is required',
    request: 'POST /ingest/{signed}',
    ...ORDER,
    answer: '401 signature_required',
    says: 'This subscription accepts only signed events. Send X-Signature-256 or a signed envelope.',
  },
  {
    title: 'a disabled subscription',
    request: 'POST /ingest/{off}',
    ...ORDER,
    answer: '409 subscription_disabled',
    says: 'Subscription {off} is disabled. Set its state to "active" first.',
  },
  {
    title: 'blanks in an Idempotency-Key',
    request: 'POST /webhooks/order.created',
    ...ORDER,
    headers: { ...JSON_TYPE, 'idempotency-key': 'order 42' },
    answer: '422 invalid_input',
    says: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces',
  },
  {
    title: 'an Idempotency-Key for another body',
    request: 'POST /webhooks/order.created',
    headers: { ...JSON_TYPE, 'idempotency-key': 'order-42' },
    body: '{"order": 42}',
    answer: '422 idempotency_key_reused',
    says:
      'This Idempotency-Key was used for another request: path, X-Event-Type, Content-Type, X-Signature-256 and every ' +
      'byte of the body must be the same. Use a new key for a new event.',
  },
  {
    title: 'a query parameter that nothing reads',
    request: 'POST /webhooks/order.created?async=true',
    ...ORDER,
    answer: '422 invalid_input',
    says: 'async is unknown; remove it',
  },
  {
    title: 'several mistakes in headers and body together',
    request: 'POST /ingest/{sub}',
    headers: { ...JSON_TYPE, 'idempotency-key': 'order 42', 'x-event-type': 'order created' },
    body: '{"order":1,}',
    answer: '422 invalid_input',
    says:
      'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces; the body is not the JSON that ' +
      'Content-Type promises: Expected double-quoted property name in JSON at position 11 (line 1 column 12); ' +
      `X-Event-Type must be ${EVENT_TYPE_FORM}`,
  },
];
