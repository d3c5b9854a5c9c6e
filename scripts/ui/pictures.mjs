import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { environmentFor, root } from '../toolchain.mjs';
import { ensureBuilt } from './build.mjs';

/** Takes pictures of all screens into a folder. Fails if a browser finds something wrong with one of them. */
export async function takePictures(node, folder = join('ui', 'pictures', 'out')) {
  const code = await ensureBuilt(node);
  if (code !== 0) return code;
  const args = [join(root, 'ui', 'pictures', 'pictures.main.ts'), folder];
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env: environmentFor(node) });
  return new Promise((resolve) => child.once('close', (exitCode) => resolve(exitCode ?? 1)));
}
