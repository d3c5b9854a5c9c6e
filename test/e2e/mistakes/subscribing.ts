import { EVENT_TYPE_FORM, FORM, json, JSON_TYPE, type Mistake } from './mistake.js';

const PATTERN = `use ${EVENT_TYPE_FORM}, or "order.*" for all types below "order.", or "*"`;
const URL = 'must be a URL that starts with http:// or https:// and contains no whitespace or \\';
const SEND_JSON = "Send JSON with Content-Type: application/json (curl: -H 'Content-Type: application/json').";

/** A new subscription with one field changed or added. */
const subscribed = (title: string, fields: Readonly<Record<string, unknown>>, says: string): Mistake => ({
  title,
  request: 'POST /subscriptions',
  ...json({ target_url: 'https://1.1.1.1/webhooks', event_types: ['order.created'], ...fields }),
  answer: '422 invalid_input',
  says,
});

const target = (title: string, url: string, says: string): Mistake =>
  subscribed(title, { target_url: url }, `/target_url ${says}`);

const changed = (title: string, request: string, fields: Readonly<Record<string, unknown>>, says: string): Mistake => ({
  title,
  request,
  ...json(fields),
  answer: '422 invalid_input',
  says,
});

/** Mistakes in subscriptions: their bodies, targets, types, secrets and headers. */
export const SUBSCRIBING: readonly Mistake[] = [
  {
    title: 'a subscription sent by curl -d without a header',
    request: 'POST /subscriptions',
    headers: FORM,
    body: '{"target_url":"https://1.1.1.1/","event_type":"order.created"}',
    answer: '415 unsupported_media_type',
    says: `The Content-Type application/x-www-form-urlencoded is not JSON. ${SEND_JSON}`,
  },
  {
    title: 'a subscription without a content type',
    request: 'POST /subscriptions',
    body: '{"target_url":"https://1.1.1.1/","event_type":"order.created"}',
    answer: '415 unsupported_media_type',
    says: `The Content-Type is missing. ${SEND_JSON}`,
  },
  {
    title: 'no body at all',
    request: 'POST /subscriptions',
    answer: '422 invalid_input',
    says: 'the body must be a JSON object',
  },
  {
    title: 'an empty body that claims to be JSON',
    request: 'POST /subscriptions',
    headers: JSON_TYPE,
    body: '',
    answer: '400 malformed_json',
    says: 'The body is not valid JSON: it is empty.',
  },
  changed('a list of subscriptions', 'POST /subscriptions', [] as never, 'the body must be a JSON object'),
  {
    title: 'a field twice',
    request: 'POST /subscriptions',
    headers: JSON_TYPE,
    body: '{"event_type":"order.created","event_type":"order.paid"}',
    answer: '400 malformed_json',
    says: 'The body is not valid JSON: an object has the same key twice.',
  },
  changed(
    'url for target_url, and events for event_types',
    'POST /subscriptions',
    { url: 'https://1.1.1.1/', events: ['order.created'] },
    '/url is unknown; remove it; /events is unknown; remove it; ' +
      '/target_url must be a URL; /event_types must contain at least one event type',
  ),
  subscribed('an id of its own', { id: 'sub_1' }, '/id is set by the service; remove it'),
  target('a target without a scheme', 'example.com/webhooks', URL),
  target('a target with another scheme', 'ftp://1.1.1.1/', URL),
  target('a blank in a target', 'https://1.1.1.1/my hook', URL),
  target(
    'a password in a target',
    'https://me:secret@1.1.1.1/',
    'must not contain a user name or password; set auth instead',
  ),
  target(
    'localhost as a target',
    'http://localhost:3000/',
    'must not use the internal host localhost; ALLOWED_TARGET_HOSTS can allow it',
  ),
  target(
    'a loopback address as a target',
    'http://127.0.0.1:3000/',
    'must not point to 127.0.0.1 (loopback); ALLOWED_TARGET_CIDRS can allow it',
  ),
  target(
    'a private address as a target',
    'http://192.168.1.20/',
    'must not point to 192.168.1.20 (private); ALLOWED_TARGET_CIDRS can allow it',
  ),
  target(
    'a host name without a domain',
    'http://receiver/',
    'must not use the internal host receiver; ALLOWED_TARGET_HOSTS can allow it',
  ),
  target(
    'the port of a database',
    'http://1.1.1.1:5432/',
    'must not use port 5432, which belongs to a non-HTTP service; ALLOWED_TARGET_PORTS can allow it',
  ),
  subscribed('no event types', { event_types: [] }, '/event_types must contain 1 to 100 event types'),
  subscribed(
    'a wildcard within a word',
    { event_types: ['order*'] },
    `/event_types/0 must not be "order*"; ${PATTERN}`,
  ),
  subscribed(
    'two wrong event types',
    { event_types: ['order.created', '*.paid', 'Order Paid'] },
    `/event_types/1 must not be "*.paid"; ${PATTERN}; /event_types/2 must not be "Order Paid"; ${PATTERN}`,
  ),
  subscribed(
    'event_type and event_types that differ',
    { event_type: 'order.paid' },
    '/event_types cannot be combined with event_type; set only one of them',
  ),
  subscribed('a short secret', { secret: 'short' }, '/secret must be 8 to 256 characters'),
  subscribed(
    'a secret with whsec_ but without base64',
    { secret: 'whsec_my-secret' },
    '/secret must have standard base64 (+ and / instead of - and _, padded with =) after whsec_',
  ),
  subscribed(
    'a secret of another scheme',
    { secret: 'a secret of my own', signature_scheme: 'v1a' },
    '/signature_scheme must be v1, the scheme of the secret',
  ),
  subscribed(
    'headers that the service sets, and one with a line break',
    { headers: { Host: 'example.com', 'Content-Type': 'text/plain', 'X-Note': 'a\r\nb' } },
    '/headers/Host is set by the service; remove it; /headers/Content-Type is set by the service; remove it; ' +
      '/headers/X-Note must have a value of 1 to 1024 printable ASCII characters',
  ),
  subscribed(
    'a header in two spellings, with another mistake',
    { headers: { 'X-Team': 'a', 'X-Note': '', 'x-team': 'b' } },
    '/headers/X-Note must have a value of 1 to 1024 printable ASCII characters; ' +
      '/headers/x-team is the same header as X-Team; remove one of them',
  ),
  subscribed(
    'two wrong names of headers to show',
    { headers: { 'X-Team': 'a' }, shown_headers: ['X-Team', 'X Team', 5] },
    '/shown_headers/1 must have a name of 1 to 128 letters, digits, "-" or other token characters; ' +
      '/shown_headers/2 must have a name of 1 to 128 letters, digits, "-" or other token characters',
  ),
  subscribed(
    'faults on which other fields depend, which are not blamed',
    { headers: { 'X-Source': '' }, shown_headers: ['X-Source'], secret: 'short', signature_scheme: 'v1a' },
    '/secret must be 8 to 256 characters; ' +
      '/headers/X-Source must have a value of 1 to 1024 printable ASCII characters',
  ),
  subscribed(
    'Bearer in a token',
    { auth: { type: 'bearer', token: 'Bearer abc' } },
    '/auth/token must not include the scheme, because the service adds "Bearer"',
  ),
  subscribed(
    'auth and an Authorization header',
    { auth: { type: 'bearer', token: 'abc' }, headers: { Authorization: 'Bearer abc' } },
    '/auth cannot be combined with the header Authorization; set only one of them',
  ),
  subscribed('a number as a text', { timeout: '5' }, '/timeout must be a number from 0.05 to 120'),
  subscribed('no attempts', { retry: { max_attempts: 0 } }, '/retry/max_attempts must be an integer from 1 to 100'),
  subscribed(
    'intervals in the wrong order',
    { retry: { initial_interval: 60, max_interval: 10 } },
    '/retry/max_interval must be at least initial_interval',
  ),
  subscribed(
    'a state that does not exist',
    { state: 'inactive' },
    '/state must be one of the following values: active, paused',
  ),
  subscribed(
    'a state that only the service sets',
    { state: 'disabled' },
    '/state must be one of the following values: active, paused',
  ),
  subscribed('metadata as a text', { metadata: 'customer 42' }, '/metadata must be an object'),
  changed(
    'another id in PUT',
    'PUT /subscriptions/{sub}',
    { id: '{off}', target_url: 'https://1.1.1.1/', event_type: 'order.created' },
    '/id is read-only and cannot be changed from "{sub}"; remove it',
  ),
  changed(
    'a patch with mistakes by itself and beside what is stored',
    'PATCH /subscriptions/{sub}',
    { timeout: '5', signature_scheme: 'v1a', headers: { 'X-Key': '[redacted]' }, shown_headers: ['X-Other'] },
    '/timeout must be a number from 0.05 to 120; ' +
      '/signature_scheme must be v1, the scheme of the secret; change it with POST /subscriptions/{id}/rotate-secret; ' +
      '/headers/X-Key must not be [redacted] because there is no stored value to keep; ' +
      '/shown_headers/0 must name a header of this subscription',
  ),
  changed(
    'a secret that was read from an answer',
    'PATCH /subscriptions/{sub}',
    { secret: '[redacted]' },
    '/secret must not be [redacted]; omit it to leave it unchanged',
  ),
  changed(
    'a negative overlap',
    'POST /subscriptions/{sub}/rotate-secret',
    { overlap: -1 },
    '/overlap must be an integer from 0 to 604800',
  ),
  changed(
    'a test event whose body is the payload',
    'POST /subscriptions/{sub}/test',
    { order: 1 },
    '/order is unknown; remove it',
  ),
  {
    title: 'POST to change',
    request: 'POST /subscriptions/{sub}',
    ...json({ state: 'paused' }),
    answer: '405 method_not_allowed',
    says: '/subscriptions/{sub} does not support POST. Use DELETE, GET, HEAD, OPTIONS, PATCH or PUT.',
  },
  {
    title: 'DELETE for all subscriptions',
    request: 'DELETE /subscriptions',
    answer: '405 method_not_allowed',
    says: '/subscriptions does not support DELETE. Use GET, HEAD, OPTIONS or POST.',
  },
  {
    title: 'the singular in the path',
    request: 'GET /subscription/{sub}',
    answer: '404 not_found',
    says: 'There is no GET /subscription/{sub}. GET /openapi.json lists all paths.',
  },
];
