import { readTestEvent } from './test-event-input.js';

const read = (body: string, type: string | undefined = 'application/json') => {
  const { eventType, payload } = readTestEvent(Buffer.from(body), type);
  return [eventType, payload?.toString()];
};
const refusal = (body: string, type?: string): string => {
  try {
    read(body, type);
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  return 'none';
};

describe('the body of a test', () => {
  it.each(['', '{}', ' { } \n'])('may be as good as none, of any type: %j', (body) => {
    expect(read(body, 'text/plain')).toEqual([undefined, undefined]);
    expect(readTestEvent(undefined, undefined)).toEqual({ eventType: undefined, payload: undefined });
  });

  it.each([
    ['{"event_type":"order.paid"}', 'order.paid', undefined],
    ['{"payload":{"n":1.50,"big":9007199254740993}}', undefined, '{"n":1.50,"big":9007199254740993}'],
    ['{"payload":null}', undefined, 'null'],
    ['{"payload":"text"}', undefined, '"text"'],
    ['{ "payload" : [ 1, 2 ] , "event_type":"a" }', 'a', '[ 1, 2 ]'],
    ['{"payload":{"a":1,"a":2,"__proto__":{}}}', undefined, '{"a":1,"a":2,"__proto__":{}}'],
  ])('keeps a payload as it was written: %s', (body, eventType, payload) => {
    expect(read(body)).toEqual([eventType, payload]);
  });

  it.each([
    ['{"payload":1}', 'text/plain', 'unsupported_media_type'],
    ['{"payload":', 'application/json', 'malformed_json'],
    ['\ufeff{}', 'application/json', 'malformed_json: The body is not valid JSON: it starts with a byte order mark'],
    [
      '{"payload":1,"payload":2}',
      'application/json',
      'malformed_json: The body is not valid JSON: an object has the same key twice',
    ],
    ['{"event_type":"*"}', 'application/json', 'invalid_input: /event_type must be'],
    ['{"order":42}', 'application/json', 'invalid_input: /order is unknown; remove it'],
    ['[]', 'application/json', 'invalid_input: the body must be a JSON object'],
  ])('is refused: %s as %s', (body, type, says) => {
    expect(refusal(body, type)).toContain(says);
  });
});
