import { maskCredentials } from './mask-credentials.js';

describe('credentials in a text', () => {
  it.each([
    ['The URL redis://:hunter2@cache:6379 is invalid', 'The URL redis://[redacted]@cache:6379 is invalid'],
    ['redis+sentinel://user:hun/ter@2@a:1,b:2/main', 'redis+sentinel://[redacted]@a:1,b:2/main'],
    ['postgres://me:hunter2@db/hooks and http://proxy:1', 'postgres://[redacted]@db/hooks and http://proxy:1'],
    ['write to me@example.com', 'write to me@example.com'],
  ])('are masked: %s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });
});
