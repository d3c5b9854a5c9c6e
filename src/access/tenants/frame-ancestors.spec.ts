import { FrameAncestors } from './frame-ancestors.js';
import type { TenantDirectory } from './tenant-directory.js';

describe('who may show the portal in a frame', () => {
  const origins: Readonly<Record<string, readonly string[]>> = {
    acme: ['https://app.example.com', 'https://b.example'],
    bare: [],
  };
  const find = (id: string) => Promise.resolve(origins[id] === undefined ? null : { id, frameAncestors: origins[id] });
  const ancestors = new FrameAncestors({ find } as unknown as TenantDirectory);

  it('are the origins that the tenant lists', async () => {
    expect(await ancestors.originsFor('acme')).toEqual(['https://app.example.com', 'https://b.example']);
  });

  it.each(['bare', 'unknown', undefined])('is nobody for %s', async (tenantId) => {
    expect(await ancestors.originsFor(tenantId)).toEqual([]);
  });
});
