import { pointedTo, statusSentence } from './status-sentence.js';

describe('the sentence about a status', () => {
  it.each([
    [500, undefined, 'the receiver answered 500'],
    [404, undefined, 'the receiver answered 404: check the path of target_url'],
    [410, undefined, 'the receiver answered 410: a 410 disables the subscription; set its state to "active" to resume'], // prettier-ignore
    [413, undefined, 'the receiver answered 413: it must take larger bodies'],
    [429, undefined, 'the receiver answered 429: it wants fewer requests; lower max_in_flight'],
    [301, 'https://example.com/new', 'the receiver answered 301: redirects are not followed; it pointed to https://example.com/new, so set target_url to the final URL'], // prettier-ignore
    [307, undefined, 'the receiver answered 307: redirects are not followed; set target_url to the final URL'],
    // No redirect.
    [304, 'https://example.com/new', 'the receiver answered 304'],
  ])('%i with the location %s is: %s', (status, location, sentence) => {
    expect(statusSentence(status, location)).toBe(sentence);
  });

  it.each([
    ['https://me:secret@example.com:8443/new?token=t#part', 'https://example.com:8443/new'],
    ['/new?token=t', 'https://there.example/new'],
    ['new#part', 'https://there.example/a/new'],
    ['//me:secret@example.com/new', 'https://example.com/new'],
    ['mailto:me@example.com', undefined],
    ['http://[', undefined],
  ])('names origin and path of %s only: %s', (location, shown) => {
    expect(pointedTo(location, 'https://me:secret@there.example/a/hook?key=k')).toBe(shown);
  });

  it('shows the beginning of a location without end', () => {
    expect(statusSentence(302, `https://example.com/${'x'.repeat(10_000)}`).length).toBeLessThan(300);
  });
});
