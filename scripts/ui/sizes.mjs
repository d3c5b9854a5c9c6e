import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a browser loads before a screen shows data, compressed. */
const FIRST_LOAD_BYTES = 150_000;
const KB = 1000;

/**
 * Prints what a first visit of each screen loads: page, scripts and styles. What the page loads after that, fonts
 * among it, is listed and not counted.
 *
 * @param directory a finished build, with its manifest
 * @returns whether no screen exceeds its budget
 */
export function reportSizes(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, '.vite', 'manifest.json'), 'utf8'));
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  const first = new Set(['index.html', 'theme.js', ...filesOf(manifest, entry)]);
  const firstBytes = bytesOf(directory, first);
  const later = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);
  console.log(`${inKb(firstBytes)}  every screen (brotli)`);
  let largest = firstBytes;
  for (const part of later) {
    const bytes = bytesOf(
      directory,
      [...filesOf(manifest, part)].filter((file) => !first.has(file)),
    );
    const isScreen = part.endsWith('-screen.tsx');
    if (isScreen) largest = Math.max(largest, firstBytes + bytes);
    console.log(`${inKb(bytes)}  ${isScreen ? 'more for' : 'later:'} ${part}`);
  }
  console.log(`${inKb(largest)}  the largest first load, of ${inKb(FIRST_LOAD_BYTES).trim()} at most`);
  if (largest <= FIRST_LOAD_BYTES) return true;
  console.error('A screen loads too much at first. Load a part of it later.');
  return false;
}

/** A chunk with everything that it imports at once. */
function filesOf(manifest, key, found = new Set()) {
  const { file, css = [], assets = [], imports = [] } = manifest[key];
  if (found.has(file)) return found;
  found.add(file);
  for (const each of css) found.add(each);
  for (const each of assets) found.add(each);
  for (const each of imports) filesOf(manifest, each, found);
  return found;
}

function bytesOf(directory, files) {
  return [...files].reduce((sum, file) => {
    const packed = join(directory, `${file}.br`);
    return sum + statSync(existsSync(packed) ? packed : join(directory, file)).size;
  }, 0);
}

function inKb(bytes) {
  return `${(bytes / KB).toFixed(1).padStart(6)} kB`;
}
