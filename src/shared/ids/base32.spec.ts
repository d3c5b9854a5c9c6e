import fc from 'fast-check';
import { TypeID } from 'typeid-js';
import { fromBase32, toBase32 } from './base32.js';

describe('base32 of ids', () => {
  it('matches TypeID in both directions for any UUID', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const text = toBase32(uuid);
        expect(text).toBe(TypeID.fromUUID('any', uuid).getSuffix());
        expect(fromBase32(text)).toBe(uuid);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])(
    'matches TypeID for %s',
    (uuid) => {
      expect(toBase32(uuid)).toBe(TypeID.fromUUID('any', uuid).getSuffix());
      expect(fromBase32(toBase32(uuid))).toBe(uuid);
    },
  );
});
