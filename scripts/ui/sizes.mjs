import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const KB = 1000;

/** What a browser may load before a screen shows data, compressed. */
const PAGES = [
  { name: 'dashboard', folder: '', files: ['index.html', 'theme.js'], entry: 'index.html', maxBytes: 150_000 },
  { name: 'portal', folder: 'portal', files: ['portal.html'], entry: 'portal.html', maxBytes: 100_000 },
];
/** What pages of others load. It is small because it is not compressed everywhere. */
const ELEMENT = { file: join('portal', 'element.js'), maxBytes: 2000 };

/** What a link to an open delivery or event loads beside its screen, which is in the folder above. */
const DRAWER = /^(.+\/)([^/]+)\/drawer\/[^/]+-drawer\.tsx$/;

/**
 * Prints what a first visit of each screen loads: page, scripts and styles, and those of a drawer where a link opens
 * one. Parts that are wanted later are listed and not counted. Fonts come after the first screen and are not listed.
 *
 * @param directory a finished build, with its manifests
 * @returns whether nothing exceeds its budget
 */
export function reportSizes(directory) {
  const pages = PAGES.map((page) => reportPage(join(directory, page.folder), page));
  const { size } = statSync(join(directory, ELEMENT.file));
  console.log(`${inKb(size)}  element of the portal, uncompressed, of ${inKb(ELEMENT.maxBytes).trim()} at most`);
  const isSmall = pages.every(Boolean) && size <= ELEMENT.maxBytes;
  if (!isSmall) console.error('That is too much at first. Load a part of it later.');
  return isSmall;
}

function reportPage(directory, { name, files, entry, maxBytes }) {
  const manifest = JSON.parse(readFileSync(join(directory, '.vite', 'manifest.json'), 'utf8'));
  const first = new Set([...files, ...filesOf(manifest, entry)]);
  const firstBytes = bytesOf(directory, first);
  const later = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);
  console.log(`${inKb(firstBytes)}  every screen of the ${name} (brotli)`);
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
  for (const drawer of later.filter((part) => DRAWER.test(part))) {
    const screen = drawer.replace(DRAWER, '$1$2/$2-screen.tsx');
    const all = new Set([...first, ...filesOf(manifest, screen), ...filesOf(manifest, drawer)]);
    const bytes = bytesOf(directory, all);
    largest = Math.max(largest, bytes);
    console.log(`${inKb(bytes)}  a first load with a drawer: ${drawer}`);
  }
  console.log(`${inKb(largest)}  the largest first load, of ${inKb(maxBytes).trim()} at most`);
  return largest <= maxBytes;
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
