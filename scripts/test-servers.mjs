import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capture, Failure, root, toolPath } from './toolchain.mjs';

/** Servers that the tests start themselves, with their packages in Debian. One of the programs is enough. */
const SERVERS = [
  { programs: ['redis-server', 'valkey-server'], debianPackage: 'redis-server' },
  { programs: ['pgbouncer'], debianPackage: 'pgbouncer' },
];

/** Packages in Debian: the engine of the browser, which is enough, and all of it, for systems without the first. */
const SHELL = 'chromium-headless-shell';
const BROWSER = 'chromium';

/** Installs the servers and the browser that the tests need, unless they are installed. They need not run. */
export async function ensureTestServers(node) {
  const missing = missingServers();
  const needsChromium = !hasChromium(node);
  if (missing.length === 0 && !needsChromium) return;
  const prefix = privilegePrefix();
  const outputs = [];
  if (prefix !== null && existsSync('/usr/bin/apt-get')) {
    outputs.push(...(await install(needsChromium ? [...missing, SHELL] : missing, prefix)));
    if (needsChromium && !hasChromium(node)) outputs.push(...(await install([BROWSER], prefix)));
  }
  if (missingServers().length > 0) throw new Failure([...outputs, HOW_TO_INSTALL].join('\n'));
  if (!needsChromium || hasChromium(node)) return;
  outputs.push(await downloadChromium(node, prefix));
  if (!hasChromium(node)) throw new Failure([...outputs, HOW_TO_INSTALL].join('\n'));
}

const HOW_TO_INSTALL = `The tests need redis-server or valkey-server, and pgbouncer, on PATH, and Chromium or Google Chrome. The servers need
not be running.
  Debian  sudo apt-get install redis-server pgbouncer chromium-headless-shell
  Ubuntu  sudo apt-get install redis-server pgbouncer, and Google Chrome (its .deb) or sudo snap install chromium
  Fedora  sudo dnf install valkey pgbouncer chromium
  Alpine  apk add redis pgbouncer chromium
  macOS   brew install redis pgbouncer, and brew install --cask chromium or google-chrome
Elsewhere, npx playwright-core install chromium --no-shell downloads a browser into your home.`;

/** One by one, because a package that a system does not have would keep the others out: Ubuntu has no chromium. */
async function install(packages, prefix) {
  console.log(`Installing ${packages.join(', ')} (apt-get) ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { output } = await capture(...aptGet(prefix, ['update']), { env });
  const outputs = [output];
  for (const name of packages) {
    const installed = await capture(...aptGet(prefix, ['install', '-y', '--no-install-recommends', name]), { env });
    outputs.push(installed.output);
  }
  return outputs;
}

/** The browser of Playwright, in the home of the user. Only the libraries that it needs take root. */
async function downloadChromium(node, prefix) {
  console.log('Downloading Chromium (playwright-core) ...');
  const libraries = prefix === null ? [] : ['--with-deps'];
  const { output } = await capture(node, [
    toolPath('playwright-core'),
    'install',
    ...libraries,
    '--no-shell',
    'chromium',
  ]);
  return output;
}

/** The walks know best where a browser may be. */
function hasChromium(node) {
  return spawnSync(node, [join(root, 'ui', 'pictures', 'find-chromium.main.ts')]).status === 0;
}

function missingServers() {
  const isMissing = (program) => spawnSync(program, ['--version'], { env: withSystemPrograms() }).status !== 0;
  return SERVERS.filter(({ programs }) => programs.every(isMissing)).map(({ debianPackage }) => debianPackage);
}

/** Debian installs PgBouncer where users other than root have no path to. */
function withSystemPrograms() {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
}

/** @returns a prefix that runs a command as root without asking for a password; null if there is none */
function privilegePrefix() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : null;
}

function aptGet(prefix, args) {
  const [command, ...rest] = [...prefix, 'apt-get', ...args];
  return [command, rest];
}
