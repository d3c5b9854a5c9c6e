import { canonicalTags, readTags } from './event-tags.js';

describe('the tags of an event', () => {
  it('are what stands between commas, without the blanks around it', () => {
    expect(readTags('order-1234,customer-9')).toEqual({ tags: ['order-1234', 'customer-9'] });
    expect(readTags(' a.b:c/d@e+f_G , null ')).toEqual({ tags: ['a.b:c/d@e+f_G', 'null'] });
    expect(readTags('a'.repeat(64))).toEqual({ tags: ['a'.repeat(64)] });
    expect(readTags(undefined)).toEqual({ tags: [] });
    expect(canonicalTags(' a , b')).toBe(canonicalTags('a,b'));
  });

  it.each([
    ['', 'an empty tag'],
    ['a,,b', 'an empty tag'],
    ['a b', '"a b"'],
    ['é', '"é"'],
    ['a"b', '"a"b"'],
    ['a'.repeat(65), `"${'a'.repeat(40)}"`],
    ['a,b,a', '"a" twice'],
    ['1,2,3,4,5,6,7,8,9', '8 tags, not 9'],
  ])('are refused, with the one to change: %j', (header, named) => {
    expect(readTags(header)).toEqual({ fault: expect.stringContaining(named) as string });
  });
});
