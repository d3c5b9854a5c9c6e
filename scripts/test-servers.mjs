import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { capture, Failure } from './toolchain.mjs';

/** Programs that the tests start themselves, with their packages in Debian. One of the programs is enough. */
const NEEDED = [
  { programs: ['redis-server', 'valkey-server'], debianPackage: 'redis-server' },
  { programs: ['pgbouncer'], debianPackage: 'pgbouncer' },
  // A browser, for the walks of a person.
  { programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'], debianPackage: 'chromium' },
];

/** Installs the servers and the browser that the tests need, unless they are installed. They need not run. */
export async function ensureTestServers() {
  const packages = missingPackages();
  if (packages.length === 0) return;
  const prefix = privilegePrefix();
  if (!existsSync('/usr/bin/apt-get') || prefix === null) throw new Failure(HOW_TO_INSTALL);
  console.log(`Installing ${packages.join(', ')} (apt-get) ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await capture(...aptGet(prefix, ['update']), { env });
  const install = await capture(...aptGet(prefix, ['install', '-y', '--no-install-recommends', ...packages]), { env });
  if (missingPackages().length > 0) throw new Failure(`${update.output}${install.output}\n${HOW_TO_INSTALL}`);
}

const HOW_TO_INSTALL = `The tests need redis-server or valkey-server, pgbouncer, and chromium or google-chrome, on PATH. They need not be
running.
  Debian, Ubuntu  sudo apt-get install redis-server pgbouncer chromium
  Fedora          sudo dnf install valkey pgbouncer chromium
  Alpine          apk add redis pgbouncer chromium
  macOS           brew install redis pgbouncer && brew install --cask chromium`;

function missingPackages() {
  const isMissing = (program) => spawnSync(program, ['--version'], { env: withSystemPrograms() }).status !== 0;
  return NEEDED.filter(({ programs }) => programs.every(isMissing)).map(({ debianPackage }) => debianPackage);
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
