import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SUITES = 'src/**/*.spec.{ts,tsx}';

/**
 * Most suites share a page and loaded modules, because loading them takes longer than the tests. A suite that replaces
 * modules has its own.
 */
export function testProjects(root: string) {
  const replacing = globSync(SUITES, { cwd: root }).filter((file) =>
    readFileSync(join(root, file), 'utf8').includes('vi.mock('),
  );
  const shared = { name: 'shared', include: [SUITES], exclude: replacing, isolate: false };
  const alone = { name: 'alone', include: replacing };
  return [shared, ...(replacing.length > 0 ? [alone] : [])].map((test) => ({ extends: true as const, test }));
}
