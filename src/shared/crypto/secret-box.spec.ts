import { SecretBox, UnknownEncryptionKey } from './secret-box.js';

const OWNER = '0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a';

describe('the secret box', () => {
  const box = new SecretBox([Buffer.alloc(32, 1)]);

  it('opens what it sealed, and hides the content', () => {
    const sealed = box.seal('my secret', OWNER);
    expect(box.open(sealed, OWNER)).toBe('my secret');
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('my secret');
    expect(box.seal('my secret', OWNER)).not.toBe(sealed);
  });

  it('does not open for another owner', () => {
    expect(() => box.open(box.seal('my secret', OWNER), 'another')).toThrow();
  });

  it('does not open if a byte was changed', () => {
    const bytes = Buffer.from(box.seal('my secret', OWNER), 'base64');
    for (const index of [10, 20, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[index]! ^= 1;
      expect(() => box.open(changed.toString('base64'), OWNER)).toThrow();
    }
  });

  it('reports an unknown key', () => {
    const other = new SecretBox([Buffer.alloc(32, 2)]);
    expect(() => other.open(box.seal('my secret', OWNER), OWNER)).toThrow(UnknownEncryptionKey);
  });

  it('opens boxes of previous keys and re-encrypts them with the current key', () => {
    const rotated = new SecretBox([Buffer.alloc(32, 2), Buffer.alloc(32, 1)]);
    const sealed = box.seal('my secret', OWNER);
    const resealed = rotated.reseal(sealed, OWNER);

    expect(rotated.open(sealed, OWNER)).toBe('my secret');
    expect(new SecretBox([Buffer.alloc(32, 2)]).open(resealed, OWNER)).toBe('my secret');
    expect(rotated.reseal(resealed, OWNER)).toBe(resealed);
  });
});
