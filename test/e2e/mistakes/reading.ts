import { FORM, json, type Mistake } from './mistake.js';

const HINT = 'Send an API key: Authorization: Bearer whk_…';
const DELIVERY_OR_EVENT = 'a delivery (dlv_ followed by 26 characters) or an event (evt_ followed by 26 characters)';

/** Mistakes with keys, tenants, ids, pages and the history. */
export const READING: readonly Mistake[] = [
  {
    title: 'no API key',
    request: 'GET /subscriptions',
    as: 'nobody',
    answer: '401 unauthenticated',
    says: `The request has no API key. ${HINT}`,
  },
  {
    title: 'an API key without Bearer',
    request: 'GET /subscriptions',
    headers: { authorization: 'whk_abc' },
    answer: '401 unauthenticated',
    says: `The Authorization header contains no valid API key. ${HINT}`,
  },
  {
    title: 'reading with a key that may only publish',
    request: 'GET /status/{dlv}',
    as: 'a publisher',
    answer: '403 not_permitted',
    says: 'This operation requires the role admin or manager or reader. Your key has the role publisher.',
  },
  {
    title: 'a tenant that does not exist',
    request: 'GET /subscriptions',
    headers: { 'x-tenant': 'acme' },
    answer: '404 tenant_not_found',
    says: 'There is no tenant "acme". GET /tenants lists all; POST /tenants creates one.',
  },
  {
    title: 'a key with a role that does not exist',
    request: 'POST /keys',
    ...json({ role: 'root' }),
    answer: '422 invalid_input',
    says: '/role must be one of the following values: admin, publisher, manager, reader',
  },
  {
    title: 'a key that expires in the past, with two more mistakes',
    request: 'POST /keys',
    ...json({ role: 'reader', tenant: 'default', expires_at: '2020-01-01' }),
    answer: '422 invalid_input',
    says:
      '/tenant is unknown; remove it; /tenant_id is required; only an admin key can cover all tenants; ' +
      '/expires_at must be in the future and within 3650 days',
  },
  {
    title: 'a tenant id with a blank',
    request: 'POST /tenants',
    ...json({ id: 'Acme Inc.' }),
    answer: '422 invalid_input',
    says: '/id must be 1 to 64 letters, digits, "_", "." or "-", starting with a letter or digit',
  },
  {
    title: 'a tenant with mistakes by themselves and together',
    request: 'POST /tenants',
    ...json({ id: 'Acme Inc.', created_at: null, limits: { burst: 5 } }),
    answer: '422 invalid_input',
    says:
      '/id must be 1 to 64 letters, digits, "_", "." or "-", starting with a letter or digit; ' +
      '/created_at is set by the service; remove it; /limits/burst requires events_per_second; set both',
  },
  {
    title: 'an answer about a key as a new key',
    request: 'POST /keys',
    ...json({ id: 'key_1', role: 'reader', tenant_id: 'default', created_by: null, last_used_at: null }),
    answer: '422 invalid_input',
    says:
      '/id is set by the service; remove it; /created_by is set by the service; remove it; ' +
      '/last_used_at is set by the service; remove it',
  },
  {
    title: 'the id of a subscription in the place of a task',
    request: 'GET /status/{sub}',
    answer: '400 malformed_id',
    says: `"{sub}" is not the id of ${DELIVERY_OR_EVENT}.`,
  },
  {
    title: 'a UUID in the place of an id',
    request: 'GET /subscriptions/0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a',
    answer: '400 malformed_id',
    says: '"0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a" is not the id of a subscription (sub_ followed by 26 characters).',
  },
  {
    title: 'an id in upper case',
    request: 'GET /events/EVT_01K6ZV1YQPE7RTQQ6ZJY200000',
    answer: '400 malformed_id',
    says: '"EVT_01K6ZV1YQPE7RTQQ6ZJY200000" is not the id of an event (evt_ followed by 26 characters).',
  },
  {
    title: 'a percent sign that encodes nothing',
    request: 'GET /subscriptions/100%',
    answer: '400 malformed_request',
    says: 'The path cannot be decoded. Percent-encode each part as UTF-8; a percent sign itself is %25.',
  },
  {
    title: 'a delivery that does not exist',
    request: 'GET /deliveries/dlv_01k6zv1yqpe7rtqq6zjy200001',
    answer: '404 delivery_not_found',
    says: 'There is no delivery dlv_01k6zv1yqpe7rtqq6zjy200001 in this tenant. GET /deliveries lists those that are kept.',
  },
  {
    title: 'an event that does not exist',
    request: 'GET /status/evt_01k6zv1yqpe7rtqq6zjy200000',
    answer: '404 event_not_found',
    says: 'There is no event evt_01k6zv1yqpe7rtqq6zjy200000 in this tenant. GET /events lists those that are kept.',
  },
  {
    title: 'a list of attempts, which does not exist',
    request: 'GET /attempts',
    answer: '404 not_found',
    says: 'There is no GET /attempts. GET /openapi.json lists all paths.',
  },
  {
    title: 'a page number',
    request: 'GET /deliveries?page=2',
    answer: '422 invalid_input',
    says: 'page is unknown; remove it',
  },
  {
    title: 'a page that is too long',
    request: 'GET /deliveries?limit=1000',
    answer: '422 invalid_input',
    says: 'limit must be an integer from 1 to 200',
  },
  {
    title: 'a cursor of its own making',
    request: 'GET /deliveries?cursor=2',
    answer: '400 malformed_cursor',
    says: 'The cursor is invalid. Use next_cursor of the previous page.',
  },
  {
    title: 'a time in words',
    request: 'GET /deliveries?since=yesterday',
    answer: '422 invalid_input',
    says: 'since must be a time such as 2026-01-31T12:00:00.000Z',
  },
  {
    title: 'a retry of a delivery that is not finished',
    request: 'POST /deliveries/{dlv}/retry',
    answer: '409 delivery_unfinished',
    says: 'The delivery {dlv} is not finished. Wait until it is, or cancel it.',
  },
  {
    title: 'a retry with a text in the place of true',
    request: 'POST /deliveries/{done}/retry',
    ...json({ as_new: 'true' }),
    answer: '422 invalid_input',
    says: '/as_new must be a boolean value',
  },
  {
    title: 'a retry whose body is a form',
    request: 'POST /deliveries/{done}/retry',
    headers: FORM,
    body: 'as_new=true',
    answer: '415 unsupported_media_type',
    says:
      'The Content-Type application/x-www-form-urlencoded is not JSON. Send JSON with Content-Type: application/json ' +
      "(curl: -H 'Content-Type: application/json').",
  },
  {
    title: 'cancelling what is finished',
    request: 'POST /deliveries/{done}/cancel',
    answer: '409 delivery_finished',
    says: 'The delivery {done} is already finished, so it cannot be cancelled. Nothing is left to do.',
  },
  {
    title: 'GET to retry',
    request: 'GET /deliveries/{done}/retry',
    answer: '405 method_not_allowed',
    says: '/deliveries/{done}/retry does not support GET. Use OPTIONS or POST.',
  },
  {
    title: 'DELETE to cancel',
    request: 'DELETE /deliveries/{dlv}',
    answer: '405 method_not_allowed',
    says: '/deliveries/{dlv} does not support DELETE. Use GET, HEAD or OPTIONS.',
  },
];
