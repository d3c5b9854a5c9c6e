import { JSON_TYPE, type Mistake } from './mistake.js';

/** Mistakes with tags and with the filters of the history. */
export const SEARCHING: readonly Mistake[] = [
  {
    title: 'a tag with a blank, as of a list that is separated by blanks',
    request: 'POST /webhooks/order.created',
    body: '{"order":1}',
    headers: { ...JSON_TYPE, 'x-event-tags': 'order-1234 customer-9' },
    answer: '422 invalid_input',
    says:
      'X-Event-Tags must not contain "order-1234 customer-9"; a tag has 1 to 64 letters, digits, or any of ' +
      '_ . : / @ + -, and commas separate tags',
  },
  {
    title: 'a tag too many',
    request: 'POST /ingest/{sub}',
    body: '{"order":1}',
    headers: { ...JSON_TYPE, 'x-event-type': 'order.created', 'x-event-tags': 'a,b,c,d,e,f,g,h,i' },
    answer: '422 invalid_input',
    says: 'X-Event-Tags must be at most 8 tags, not 9',
  },
  {
    title: 'a tag that is given twice',
    request: 'POST /webhooks/order.created',
    body: '{"order":1}',
    headers: { ...JSON_TYPE, 'x-event-tags': 'a, b ,a' },
    answer: '422 invalid_input',
    says: 'X-Event-Tags must not contain "a" twice',
  },
  {
    title: 'a tag that is missing after a comma',
    request: 'POST /webhooks/order.created',
    body: '{"order":1}',
    headers: { ...JSON_TYPE, 'x-event-tags': 'a,' },
    answer: '422 invalid_input',
    says:
      'X-Event-Tags must not contain an empty tag; a tag has 1 to 64 letters, digits, or any of _ . : / @ + -, ' +
      'and commas separate tags',
  },
  {
    title: 'a status that does not exist, and a wildcard in a word',
    request: 'GET /deliveries?status=failed,success&event_type=ord*',
    answer: '422 invalid_input',
    says:
      'status must be one or several of pending, retrying, in_flight, delivered, failed, cancelled, separated by commas; ' +
      'event_type must be words of letters, digits, "_" or "-", separated by dots, at most 128 characters; or "order.*" ' +
      'for all types below "order.", or "*"',
  },
  {
    title: 'a class of codes, an error, a tag and a host that cannot be',
    request: 'GET /deliveries?status_code=5x&error_code=broken&tag=a,b&target_host=https://example.com',
    answer: '422 invalid_input',
    says:
      'target_host must be the name or the address of a host, without scheme, port and path, at most 253 characters; ' +
      'status_code must be a status code such as 503, or a class such as 5xx; ' +
      'error_code must be one of the following values: timeout, connection_refused, connection_reset, dns_failure, ' +
      'tls_failure, proxy_failure, blocked_address, bad_status, response_invalid, abandoned, subscription_gone, ' +
      'cancelled, internal_error; ' +
      'tag must be 1 to 64 letters, digits, or any of _ . : / @ + -',
  },
  {
    title: 'an end before the beginning, and a code that no failure has',
    request: 'GET /deliveries?since=2026-01-02&until=2026-01-01&status=failed&status_code=2xx',
    answer: '422 invalid_input',
    says:
      'until must be later than since; ' +
      'status_code contradicts status=failed, so nothing could match; omit one of them',
  },
  {
    title: 'an error of deliveries that succeeded',
    request: 'GET /deliveries?status=delivered&error_code=timeout',
    answer: '422 invalid_input',
    says: 'error_code contradicts status=delivered, so nothing could match; omit one of them',
  },
  {
    title: 'the id of an event in the place of a subscription',
    request: 'GET /deliveries?subscription_id=evt_01k6zv1yqpe7rtqq6zjy200000',
    answer: '400 malformed_id',
    says: '"evt_01k6zv1yqpe7rtqq6zjy200000" is not the id of a subscription (sub_ followed by 26 characters).',
  },
  {
    title: 'the failures of events without deliveries',
    request: 'GET /events?deliveries=0&status=failed',
    answer: '422 invalid_input',
    says: 'deliveries cannot be 0 together with filters that only deliveries can meet; omit one or the other',
  },
  {
    title: 'the event of a time in which it was not',
    request: 'GET /events?event_id=evt_01k6zv1yqpe7rtqq6zjy200000&until=2020-01-01',
    answer: '422 invalid_input',
    says: 'event_id was accepted outside of since and until; omit them',
  },
  {
    title: 'two tenants at once',
    request: 'GET /deliveries?tenant_id=acme',
    headers: { 'x-tenant': 'default' },
    answer: '422 invalid_input',
    says: 'tenant_id must be the tenant in X-Tenant',
  },
];
